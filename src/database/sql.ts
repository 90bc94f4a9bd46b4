import { Prisma } from './generated/client.ts';

/** A piece of SQL and the values of its parameters. Pieces nest: one may be a value of another. */
export type Sql = Prisma.Sql;

/**
 * Tags a template as SQL. Values become parameters, never text. `sql.join` separates pieces by commas or by what it is given,
 * `sql.raw` takes text that no caller has chosen, and `sql.empty` is nothing.
 */
export const sql = Object.assign(
  (text: readonly string[], ...values: readonly unknown[]): Sql => Prisma.sql(text, ...values),
  { join: Prisma.join, raw: Prisma.raw, empty: Prisma.empty },
);
