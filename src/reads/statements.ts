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

/** A statement was given up because it took too long, or because no connection became free for it. */
export class DeadlineError extends Error {
  constructor(name: string, cause: unknown) {
    super(`${name} took too long`, { cause });
    this.name = 'DeadlineError';
  }
}

/** Runs a statement and gives its rows. Rejects with DeadlineError, or with the database's error. */
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
    try {
      const { rows } =
        Object.keys(local).length === 0
          ? await pool.query<Row>(query)
          : await queryWith<Row>(pool, query, { settings: local, deadline });
      onStatement?.({ name, rows: rows.length });
      return rows;
    } catch (error) {
      throw isLate(error) ? new DeadlineError(name, error) : error;
    }
  };
}

async function queryWith<Row extends object>(
  pool: pg.Pool,
  query: pg.QueryConfig,
  { settings, deadline }: { settings: NonNullable<Statement['settings']>; deadline: object },
): Promise<pg.QueryResult<Row>> {
  const client = await pool.connect();
  const local = Object.entries(settings).map(([name, value]) => `set local ${name} = ${value}`);
  try {
    await client.query({ ...deadline, text: ['begin read only', ...local].join('; ') });
    const result = await client.query<Row>(query);
    await client.query({ ...deadline, text: 'rollback' });
    client.release();
    return result;
  } catch (error) {
    // As the pool does after a failure of its own: the connection may still be busy.
    client.release(true);
    throw error;
  }
}

const QUERY_CANCELED = '57014';
/** What pg and its pool say; they have no codes. */
const LATE = new Set(['Query read timeout', 'timeout exceeded when trying to connect']);

function isLate(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return LATE.has(error.message) || ('code' in error && error.code === QUERY_CANCELED);
}

/** Tells whether a statement was given up because it took too long. */
export function isCancelled(error: unknown): boolean {
  return error instanceof DeadlineError;
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
