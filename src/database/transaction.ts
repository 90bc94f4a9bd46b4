import type pg from 'pg';
import { sql } from './sql.ts';
import { beginSql } from './store-pool.ts';

/**
 * One open transaction. Not Prisma's: Prisma keeps its last 100 statements with their values in memory, which for the
 * chunks of a digest is hundreds of megabytes.
 */
export class Transaction {
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  /** Runs a statement of SQL, its values as parameters; gives the number of rows it touched. */
  async execute(text: readonly string[], ...values: readonly unknown[]): Promise<number> {
    return (await this.#run(text, values)).rowCount ?? 0;
  }

  /** Runs a statement of SQL, its values as parameters; gives its rows. */
  async query<Row extends object>(text: readonly string[], ...values: readonly unknown[]): Promise<Row[]> {
    return (await this.#run<Row>(text, values)).rows;
  }

  async #run<Row extends object>(
    text: readonly string[],
    values: readonly unknown[],
  ): Promise<pg.QueryResult<Row>> {
    const statement = sql(text, ...values);
    return await this.#client.query<Row>({ text: statement.text, values: statement.values });
  }
}

/** "papr" in ASCII: held by whoever changes the store, so that two ingests never merge the same paper at once. */
const STORE_LOCK = 0x70617072;

/**
 * Runs `work` in one READ COMMITTED transaction and commits, or undoes it all where `undo` says so of its result.
 * Rejects with what `work` threw, or with the database's error.
 */
export async function transaction<T>(
  pool: pg.Pool,
  work: (tx: Transaction) => Promise<T>,
  undo: (result: T) => boolean = () => false,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query(beginSql(pool));
    const result = await work(new Transaction(client));
    await client.query(undo(result) ? 'rollback' : 'commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((broken: Error) => (failure = broken));
    throw error;
  } finally {
    // A connection that cannot even roll back is of no more use.
    client.release(failure);
  }
}

/** An ingest that has locked the store and asks nothing for so long is frozen, or its network gone: all others wait for it. */
const FROZEN = '60s';

/** Waits until nobody else changes the store; held until the transaction ends. */
export async function lockStore(tx: Transaction): Promise<void> {
  await tx.execute`select pg_advisory_xact_lock(${STORE_LOCK})`;
  await tx.execute`select set_config('idle_in_transaction_session_timeout', ${FROZEN}, true)`;
}
