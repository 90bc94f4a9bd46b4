import { Prisma } from '../database/generated/client.ts';

/** One column of a list's order; never null. */
interface Key {
  readonly sql: Prisma.Sql;
  readonly type: KeyType;
  readonly descending: boolean;
}

/** Types of a key, as Postgres names them. */
export type KeyType = 'date' | 'int' | 'real' | 'text' | 'timestamptz' | 'uuid';

/** A key's value as a row and a cursor carry it. */
export type KeyValue = string | number;

/** An order: the last key is unique within the list, so that it is total. */
export type Order = readonly Key[];

/** The order from the other end. */
export function reversed(order: Order): Order {
  return order.map((key) => ({ ...key, descending: !key.descending }));
}

/** SQL: the terms of `order by`. */
export function orderTerms(order: Order): Prisma.Sql {
  return Prisma.join(order.map(({ sql, descending }) => Prisma.sql`${sql} ${direction(descending)}`));
}

/** SQL: `asc` or `desc`. */
export function direction(descending: boolean): Prisma.Sql {
  return Prisma.raw(descending ? 'desc' : 'asc');
}

/**
 * SQL: the rows that come after `values`, as conditions that exclude each other, each one range of an index: keys of one
 * direction compare as a row, others are a range for each key.
 */
export function rangesAfter(order: Order, values: readonly KeyValue[]): Prisma.Sql[] {
  const marks = order.map(({ type }, index) => Prisma.sql`${values[index]}::${Prisma.raw(type)}`);
  const directions = new Set(order.map(({ descending }) => descending));
  if (directions.size === 1) return [beyond(order, marks)];
  return order.map((_, place) =>
    Prisma.join(
      [
        ...order.slice(0, place).map(({ sql }, index) => Prisma.sql`${sql} = ${marks[index]}`),
        beyond(order.slice(place, place + 1), marks.slice(place)),
      ],
      ' and ',
    ),
  );
}

/** `(a, b) < (1, 2)`, keys of one direction. */
function beyond(order: Order, marks: readonly Prisma.Sql[]): Prisma.Sql {
  const sign = Prisma.raw(order[0]?.descending === true ? '<' : '>');
  const columns = Prisma.join(order.map(({ sql }) => sql));
  return Prisma.sql`(${columns}) ${sign} (${Prisma.join(marks.slice(0, order.length))})`;
}
