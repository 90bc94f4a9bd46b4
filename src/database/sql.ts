import template, { empty, join, raw, type Sql as Template } from 'sql-template-tag';

/** A piece of SQL and the values of its parameters. A piece may contain other pieces as values. */
export type Sql = Template;

/**
 * Template tag for SQL. Values become parameters, never text. `sql.join` joins pieces with commas or another
 * separator, `sql.raw` inserts text, which must never come from a client, and `sql.empty` is an empty piece.
 */
export const sql = Object.assign(
  (text: readonly string[], ...values: readonly unknown[]): Sql => template(text, ...values),
  { join, raw, empty },
);
