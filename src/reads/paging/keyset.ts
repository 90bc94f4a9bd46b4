import { sql, type Sql } from '../../database/sql.ts';

/** One sort key of a list. Its expression is never null. */
interface Key {
  readonly expression: Sql;
  readonly type: KeyType;
  readonly descending: boolean;
}

/** Type of a sort key, as Postgres names it. */
export type KeyType = 'date' | 'int' | 'real' | 'text' | 'timestamptz' | 'uuid';

/** Value of a sort key in a cursor. */
export type KeyValue = string | number;

/** A total order: the last key is unique within the list. */
export type Order = readonly Key[];

/** The same order, from the other end. */
export function reversed(order: Order): Order {
  return order.map((key) => ({ ...key, descending: !key.descending }));
}

/** SQL: the terms of ORDER BY. */
export function orderTerms(order: Order): Sql {
  return sql.join(order.map(({ expression, descending }) => sql`${expression} ${direction(descending)}`));
}

/** SQL: `asc` or `desc`. */
export function direction(descending: boolean): Sql {
  return sql.raw(descending ? 'desc' : 'asc');
}

/**
 * SQL: conditions that together select the rows after `values`. No row meets two of them, and each is one
 * range of an index: keys of one direction compare as a row, keys of mixed directions take one range for each
 * key.
 */
export function rangesAfter(order: Order, values: readonly KeyValue[]): Sql[] {
  const marks = order.map(({ type }, index) => sql`${values[index]}::${sql.raw(type)}`);
  const directions = new Set(order.map(({ descending }) => descending));
  if (directions.size === 1) return [beyond(order, marks)];
  return order.map((_, place) =>
    sql.join(
      [
        ...order.slice(0, place).map(({ expression }, index) => sql`${expression} = ${marks[index]}`),
        beyond(order.slice(place, place + 1), marks.slice(place)),
      ],
      ' and ',
    ),
  );
}

/** SQL such as `(a, b) < (1, 2)`, for keys of one direction. */
function beyond(order: Order, marks: readonly Sql[]): Sql {
  const sign = sql.raw(order[0]?.descending === true ? '<' : '>');
  const columns = sql.join(order.map(({ expression }) => expression));
  return sql`(${columns}) ${sign} (${sql.join(marks.slice(0, order.length))})`;
}
