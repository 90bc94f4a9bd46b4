import { createHash } from 'node:crypto';
import type pg from 'pg';
import { BackOff } from '../time/back-off.ts';
import type { EndTurn, Turns } from '../limits/turns.ts';
import { unlessAborted } from '../time/deadline.ts';
import { sleep } from '../time/sleep.ts';
import { AbandonedError, currentAsker, isAbandoned, type Asker } from './asker.ts';
import { AbandonedStatement } from './cancel.ts';
import {
  asUnavailable,
  isInterrupted,
  isPreparedStatementError,
  isTimeout,
  isUnavailable,
} from './error-codes.ts';
import type { Sql } from './sql.ts';
import { assumePooler, beginSql, canPrepare, hasPooler } from './store-pool.ts';

/** Called after every statement that succeeded. */
type OnStatement = (statement: { name: string; rows: number }) => void;

/** Runs work that has a name, and returns its result. */
type Trace = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** How statements run. Durations are in milliseconds. */
export interface StatementOptions {
  /** Prepare statements by name, if the connections of the pool allow it. */
  readonly prepared: boolean;
  readonly onStatement?: OnStatement | undefined;
  /** Runs each statement, with all its attempts, within a span of a trace. */
  readonly trace?: Trace | undefined;
  /**
   * A statement fails once this time has passed, including waits for a connection and further attempts. Its
   * connection is dropped: the network may have died silently.
   */
  readonly deadlineMs?: number | undefined;
  /** Fail at the first error, instead of running a statement again when that may help. */
  readonly failFast?: boolean | undefined;
  /** Once it is aborted, every statement fails with DeadlineError, including those that are running. */
  readonly stop?: AbortSignal | undefined;
  /** Statements of operations wait for a turn of their client. */
  readonly turns?: Turns | undefined;
}

/** A statement that only reads. */
interface Statement {
  /** Identifies the statement in logs and counts. */
  readonly name: string;
  readonly sql: Sql;
  /** The text depends on a client's input. It is never prepared: the number of texts has no bound. */
  readonly unique?: boolean;
  /** Postgres cancels the statement after this time, in milliseconds. */
  readonly timeoutMs?: number;
  /** Settings of Postgres for this statement alone. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** A statement ran out of time, or no connection became available in time. */
export class DeadlineError extends Error {
  constructor(name: string, cause: unknown) {
    super(`${name} took too long`, { cause });
    this.name = 'DeadlineError';
  }
}

/** Runs a statement and returns its rows. Rejects with DeadlineError, or with the database's error. */
export type RunStatement = <Row extends object>(statement: Statement) => Promise<Row[]>;

/**
 * Makes a function that runs read-only statements on the pool. A statement waits until a connection is
 * available, and runs a second time if its connection breaks: reading twice does no harm.
 */
export function statementRunner(pool: pg.Pool, options: StatementOptions): RunStatement {
  const { onStatement, stop, trace, turns } = options;
  return async <Row extends object>(statement: Statement) => {
    const { name } = statement;
    const asker = currentAsker();
    const endTurn = turns && asker && (await turnOf(turns, asker, name));
    const abandon = asker?.signal;
    const attempt = async (): Promise<Row[]> =>
      await runWithRetries<Row>(pool, statement, { ...options, abandon });
    try {
      const rows = await unlessAborted(
        stop,
        trace === undefined ? attempt : async () => await trace(name, attempt),
        ({ reason }) => new DeadlineError(name, reason),
      );
      onStatement?.({ name, rows: rows.length });
      return rows;
    } catch (error) {
      throw isTimeout(error) ? new DeadlineError(name, error) : error;
    } finally {
      endTurn?.();
    }
  };
}

/** Waits for a turn. Rejects with DeadlineError if there is none in time, or with AbandonedError. */
async function turnOf(turns: Turns, { client, signal }: Asker, name: string): Promise<EndTurn> {
  const turn = await turns.begin(client, signal);
  if (turn === 'left') throw new AbandonedError(name);
  if (typeof turn === 'string') throw new DeadlineError(name, new Error('too many statements'));
  return turn;
}

async function runWithRetries<Row extends object>(
  pool: pg.Pool,
  statement: Statement,
  options: StatementOptions & Pick<Attempt, 'abandon'>,
): Promise<Row[]> {
  const { prepared, deadlineMs, stop, abandon } = options;
  const until = deadlineMs === undefined ? undefined : performance.now() + deadlineMs;
  const retries = new Retries(options);
  for (;;) {
    const named = prepared && statement.unique !== true && canPrepare(pool);
    try {
      return await runOnce<Row>(pool, statement, { named, until, stop, abandon });
    } catch (error) {
      if (stop?.aborted === true) throw error;
      // After this, `canPrepare` is false for the whole pool.
      if (named && isPreparedStatementError(error) && assumePooler(pool)) continue;
      await retries.waitAfter(error);
    }
  }
}

/** How long a statement without a deadline waits for the database to become available, in milliseconds. */
const PATIENCE_MS = 15_000;

/** Decides whether a statement runs again. */
class Retries {
  readonly #backOff = new BackOff({ firstMs: 50, mostMs: 500 });
  readonly #failFast: boolean;
  readonly #end: number;
  #interrupted = false;

  constructor({ deadlineMs = PATIENCE_MS, failFast = false }: StatementOptions) {
    this.#failFast = failFast;
    this.#end = performance.now() + deadlineMs;
  }

  /** Resolves when the statement may run again. Rejects with `error` if it may not. */
  async waitAfter(error: unknown): Promise<void> {
    if (this.#failFast) throw error;
    // Only once, so that a statement that crashes Postgres does not crash it again and again.
    if (isInterrupted(error) && !this.#interrupted) {
      this.#interrupted = true;
      return;
    }
    if (!isUnavailable(error)) throw error;
    const wait = this.#backOff.next();
    if (performance.now() + wait > this.#end) throw new DeadlineError('a connection', error);
    await sleep(wait);
  }
}

interface Attempt {
  /** Whether the statement is prepared under its name. */
  readonly named: boolean;
  /** When the deadline passes, by `performance.now()`. */
  readonly until: number | undefined;
  readonly stop: AbortSignal | undefined;
  /** Aborted once nobody waits for the statement. */
  readonly abandon: AbortSignal | undefined;
}

async function runOnce<Row extends object>(
  pool: pg.Pool,
  statement: Statement,
  { named, until, stop, abandon }: Attempt,
): Promise<Row[]> {
  const { name, sql } = statement;
  const { text, values } = sql;
  const client = await connect(pool);
  // Waiting for the connection may have used up the time.
  if (stop?.aborted === true || (until !== undefined && performance.now() >= until)) {
    client.release();
    throw new DeadlineError(name, stop?.reason);
  }
  if (isAbandoned(abandon)) {
    client.release();
    throw new AbandonedError(name);
  }
  const run = async (query: pg.QueryConfig): Promise<pg.QueryResult<Row>> =>
    await client.query<Row>({ ...query, ...timeLeft(until) });
  const settings = localSettings(statement);
  const pooled = hasPooler(pool);
  const inTransaction = settings.length > 0 || pooled;
  const abandoned = new AbandonedStatement(client, abandon, !pooled);
  try {
    if (inTransaction) await run({ text: [beginSql(pool, 'read only'), ...settings].join('; ') });
    const { rows } = await run({ text, values, ...(named && { name: preparedName(name, text) }) });
    await abandoned.end();
    if (inTransaction) await run({ text: 'rollback' });
    client.release();
    return rows;
  } catch (error) {
    // Closes the connection, which may still be busy with the statement, unless Postgres has canceled that.
    client.release(!(await abandoned.leavesIntact(error)));
    throw isAbandoned(abandon) ? new AbandonedError(name) : error;
  }
}

/**
 * A connection that breaks while it is being made has interrupted no statement: it counts as not available
 * yet.
 */
async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw error instanceof Error && isInterrupted(error) ? asUnavailable(error) : error;
  }
}

/** An option of `pg`: the query fails if there is no answer after this time. */
function timeLeft(until: number | undefined): { query_timeout?: number } {
  return until === undefined ? {} : { query_timeout: Math.max(1, until - performance.now()) };
}

function localSettings({ timeoutMs, settings }: Statement): string[] {
  const all = { ...settings, ...(timeoutMs !== undefined && { statement_timeout: timeoutMs }) };
  return Object.entries(all).map(([key, value]) => `set local ${key} = ${value}`);
}

/** Number of texts that are prepared. Each takes some 30 kB in each connection, for as long as it lasts. */
const MOST_NAMES = 500;

/** Names by text. There is one text for each order, direction and common size of each list. */
const preparedNames = new Map<string, string>();

/** The name under which a text is prepared, different for every text. Undefined if there are too many. */
function preparedName(name: string, text: string): string | undefined {
  const known = preparedNames.get(text);
  if (known !== undefined || preparedNames.size >= MOST_NAMES) return known;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  preparedNames.set(text, `${name}:${hash}`);
  return `${name}:${hash}`;
}
