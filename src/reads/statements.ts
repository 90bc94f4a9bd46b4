import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Prisma } from '../database/generated/client.ts';

/** Told of every statement that ran. */
type OnStatement = (statement: { name: string; rows: number }) => void;

/** How statements run. */
export interface StatementOptions {
  /** Prepare statements on each connection by name; off where a pooler hands a connection on between statements. */
  readonly prepared: boolean;
  readonly onStatement?: OnStatement | undefined;
}

/** A statement: `name` says in logs and counts what it is for. */
interface Statement {
  readonly name: string;
  readonly sql: Prisma.Sql;
  /** The text depends on what a caller asked: never prepared, as there would be no end of names. */
  readonly unique?: boolean;
}

/** Runs a statement and gives its rows. Rejects with the database's error. */
export type RunStatement = <Row extends object>(statement: Statement) => Promise<Row[]>;

/** Runs statements on the pool; Postgres plans those of one text once per connection. */
export function statementRunner(pool: pg.Pool, { prepared, onStatement }: StatementOptions): RunStatement {
  return async <Row extends object>({ name, sql, unique = false }: Statement) => {
    const { text, values } = sql;
    const query = { text, values };
    const { rows } = await pool.query<Row>(
      prepared && !unique ? { ...query, name: preparedName(name, text) } : query,
    );
    onStatement?.({ name, rows: rows.length });
    return rows;
  };
}

const preparedNames = new Map<string, string>();

/** Two texts never share a name. The lists' texts are as many as their orders and directions: a bounded number. */
function preparedName(name: string, text: string): string {
  const known = preparedNames.get(text);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  preparedNames.set(text, `${name}:${hash}`);
  return `${name}:${hash}`;
}
