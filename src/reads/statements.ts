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
  /** After so long without an answer a statement fails and its connection is given up: the network may have died silently. */
  readonly deadlineMs?: number | undefined;
}

/** A statement: `name` says in logs and counts what it is for. */
interface Statement {
  readonly name: string;
  readonly sql: Prisma.Sql;
  /** The text depends on what a caller asked: never prepared, as there would be no end of names. */
  readonly unique?: boolean;
  /** Postgres stops it after so long. */
  readonly timeoutMs?: number;
  /** Settings of Postgres for it alone. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** Runs a statement and gives its rows. Rejects with the database's error. */
export type RunStatement = <Row extends object>(statement: Statement) => Promise<Row[]>;

/** Runs statements on the pool; Postgres plans those of one text once per connection. */
export function statementRunner(pool: pg.Pool, options: StatementOptions): RunStatement {
  const { prepared, onStatement, deadlineMs } = options;
  const deadline = deadlineMs === undefined ? {} : { query_timeout: deadlineMs };
  return async <Row extends object>({ name, sql, unique = false, timeoutMs, settings }: Statement) => {
    const { text, values } = sql;
    const query = {
      text,
      values,
      ...deadline,
      ...(prepared && !unique && { name: preparedName(name, text) }),
    };
    const local = { ...settings, ...(timeoutMs !== undefined && { statement_timeout: timeoutMs }) };
    const { rows } =
      Object.keys(local).length === 0
        ? await pool.query<Row>(query)
        : await withSettings(pool, local, async (client) => await client.query<Row>(query));
    onStatement?.({ name, rows: rows.length });
    return rows;
  };
}

async function withSettings<T>(
  pool: pg.Pool,
  settings: Readonly<Record<string, string | number>>,
  run: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    const local = Object.entries(settings).map(([name, value]) => `set local ${name} = ${value}`);
    await client.query(['begin read only', ...local].join('; '));
    return await run(client);
  } finally {
    await client.query('rollback').catch((broken: Error) => (failure = broken));
    client.release(failure);
  }
}

const QUERY_CANCELED = '57014';

/** Tells whether Postgres stopped a statement because it took too long. */
export function isCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === QUERY_CANCELED;
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
