import { Prisma } from '../database/generated/client.ts';

/** One sort key: never null, and together with the others of its order unique in the list. */
export interface SortKey {
  readonly sql: Prisma.Sql;
  /** Its type in Postgres; a cursor carries it as text. */
  readonly type: 'int' | 'text' | 'date' | 'timestamptz' | 'uuid';
  readonly descending?: boolean;
}

/** A total order. */
export type Order = readonly SortKey[];

/** The same order the other way round. */
export function reversed(order: Order): Order {
  return order.map((key) => ({ ...key, descending: key.descending !== true }));
}

/** `order by` without the words. */
export function orderBy(order: Order): Prisma.Sql {
  return Prisma.join(
    order.map(({ sql, descending }) => (descending === true ? Prisma.sql`${sql} desc` : sql)),
  );
}

/** True of what stands behind the place whose keys are `values`. */
export function behind(order: Order, values: readonly string[]): Prisma.Sql {
  const places = order.map(({ type }, index) => Prisma.sql`${values[index]}::text::${Prisma.raw(type)}`);
  const [first, ...rest] = order;
  // Keys that all run one way compare as a row, which is one range of an index.
  if (rest.every((key) => (key.descending === true) === (first?.descending === true))) {
    const keys = Prisma.join(order.map(({ sql }) => sql));
    return Prisma.sql`(${keys}) ${operator(first)} (${Prisma.join(places)})`;
  }
  return mixed(order, places);
}

/** a >= x and (a > x or (b < y or …)): the first condition alone bounds the range of an index. */
function mixed([key, ...rest]: Order, [place, ...places]: readonly Prisma.Sql[]): Prisma.Sql {
  if (key === undefined || place === undefined) return Prisma.sql`false`;
  const [beyond, reached] = [operator(key), Prisma.raw(key.descending === true ? '<=' : '>=')];
  return Prisma.sql`(${key.sql} ${reached} ${place} and (${key.sql} ${beyond} ${place} or ${mixed(rest, places)}))`;
}

function operator(key: SortKey | undefined): Prisma.Sql {
  return Prisma.raw(key?.descending === true ? '<' : '>');
}
