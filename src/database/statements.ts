import { createHash } from 'node:crypto';
import type pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from './sql.ts';
import { isUnavailable, isInterrupted, isWithoutNames } from './failures.ts';
import { beginSql, linkOf, mayName } from './store-pool.ts';

/** Told of every statement that ran. */
type OnStatement = (statement: { name: string; rows: number }) => void;

/** How statements run. */
export interface StatementOptions {
  /** Prepare statements on each connection by name, where the pool's connections allow it. */
  readonly prepared: boolean;
  readonly onStatement?: OnStatement | undefined;
  /** After so long without an answer a statement fails and its connection is given up: the network may have died silently. */
  readonly deadlineMs?: number | undefined;
  /** A statement for which no connection can be had fails at once, instead of waiting for one until the deadline. */
  readonly once?: boolean | undefined;
  /** Once it is aborted, statements fail with DeadlineError, those that run included. */
  readonly stop?: AbortSignal | undefined;
}

/** A statement: `name` says in logs and counts what it is for. */
interface Statement {
  readonly name: string;
  readonly sql: Sql;
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

/**
 * Runs statements on the pool; Postgres plans those of one text once per connection. What is read may be read again: a
 * statement waits until a connection can be had, and runs a second time where its connection broke.
 */
export function statementRunner(pool: pg.Pool, options: StatementOptions): RunStatement {
  const { onStatement, stop } = options;
  return async <Row extends object>(statement: Statement) => {
    const { name } = statement;
    try {
      const rows = await unless(stop, name, async () => await persist<Row>(pool, statement, options));
      onStatement?.({ name, rows: rows.length });
      return rows;
    } catch (error) {
      throw isLate(error) ? new DeadlineError(name, error) : error;
    }
  };
}

/** Settles as `work` does; rejects with DeadlineError once `stop` is aborted. `name` says what it is. */
export async function unless<T>(
  stop: AbortSignal | undefined,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  if (stop === undefined) return await work();
  if (stop.aborted) throw new DeadlineError(name, stop.reason);
  return await new Promise<T>((resolve, reject) => {
    const end = (): void => reject(new DeadlineError(name, stop.reason));
    stop.addEventListener('abort', end, { once: true });
    void work()
      .then(resolve, reject)
      .finally(() => stop.removeEventListener('abort', end));
  });
}

const PATIENCE_MS = 15_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 500;

async function persist<Row extends object>(
  pool: pg.Pool,
  statement: Statement,
  options: StatementOptions,
): Promise<Row[]> {
  const { prepared, deadlineMs } = options;
  const started = performance.now();
  const until = deadlineMs === undefined ? undefined : started + deadlineMs;
  const tries = { started, wait: FIRST_WAIT_MS, interrupted: false };
  for (;;) {
    const named = prepared && statement.unique !== true && mayName(pool);
    try {
      return await runOnce<Row>(pool, statement, { named, until, stop: options.stop });
    } catch (error) {
      if (options.stop?.aborted === true) throw error;
      // From now on.
      if (named && isWithoutNames(error) && linkOf(pool).prepared === 'auto') linkOf(pool).pooled = true;
      else await untilNextTry(error, tries, options);
    }
  }
}

/** Waits where the statement may be run again; rejects where it may not. */
async function untilNextTry(
  error: unknown,
  tries: { readonly started: number; wait: number; interrupted: boolean },
  { deadlineMs = PATIENCE_MS, once = false }: StatementOptions,
): Promise<void> {
  if (once) throw error;
  // Once: a statement that brings Postgres down must not do so again and again.
  if (isInterrupted(error) && !tries.interrupted) tries.interrupted = true;
  else if (!isUnavailable(error) || performance.now() - tries.started + tries.wait > deadlineMs)
    throw isUnavailable(error) ? new DeadlineError('a connection', error) : error;
  else await delay(tries.wait * (0.5 + Math.random()));
  tries.wait = Math.min(LONGEST_WAIT_MS, tries.wait * 2);
}

async function runOnce<Row extends object>(
  pool: pg.Pool,
  { name, sql, timeoutMs, settings }: Statement,
  { named, until, stop }: { named: boolean; until: number | undefined; stop: AbortSignal | undefined },
): Promise<Row[]> {
  const local = Object.entries({
    ...settings,
    ...(timeoutMs !== undefined && { statement_timeout: timeoutMs }),
  });
  const { text, values } = sql;
  const client = await connectTo(pool);
  const run = async (query: pg.QueryConfig): Promise<pg.QueryResult<Row>> =>
    await client.query<Row>({ ...query, ...timeLeft(until) });
  const inTransaction = local.length > 0 || linkOf(pool).pooled;
  // While it waited for the connection.
  if (stop?.aborted === true || (until !== undefined && performance.now() >= until)) {
    client.release();
    throw new DeadlineError(name, stop?.reason);
  }
  try {
    const begin = [
      beginSql(pool, 'read only'),
      ...local.map(([key, value]) => `set local ${key} = ${value}`),
    ];
    if (inTransaction) await run({ text: begin.join('; ') });
    const { rows } = await run({ text, values, ...(named && { name: preparedName(name, text) }) });
    if (inTransaction) await run({ text: 'rollback' });
    client.release();
    return rows;
  } catch (error) {
    // As the pool does after a failure of its own: the connection may still be busy.
    client.release(true);
    throw error;
  }
}

/** SQLSTATE: no connection can be made. */
const NOT_CONNECTED = '08001';

/** A connection that breaks as it is made interrupts no statement: it cannot be had yet, and may be asked for again. */
async function connectTo(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    if (!isInterrupted(error)) throw error;
    throw Object.assign(new Error((error as Error).message, { cause: error }), { code: NOT_CONNECTED });
  }
}

/** For `pg`: a query that has no answer by then fails. Waiting for a connection took its part of the time. */
function timeLeft(until: number | undefined): { query_timeout?: number } {
  return until === undefined ? {} : { query_timeout: Math.max(1, until - performance.now()) };
}

const QUERY_CANCELED = '57014';
/** What pg and its pool say; they have no codes. The last one: the program ends. */
const LATE = new Set([
  'Query read timeout',
  'timeout exceeded when trying to connect',
  'Cannot use a pool after calling end on the pool',
]);

function isLate(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof DeadlineError) return false;
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
