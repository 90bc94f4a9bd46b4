import type pg from 'pg';
import { sql } from './sql.ts';
import { beginSql } from './store-pool.ts';

/**
 * An open transaction. It is not Prisma's, because Prisma keeps its last 100 statements with their values in
 * memory: hundreds of megabytes for the chunks of a digest.
 */
export class Transaction {
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  /** Runs a statement, its values as parameters. Returns how many rows it touched. */
  async execute(text: readonly string[], ...values: readonly unknown[]): Promise<number> {
    return (await this.#run(text, values)).rowCount ?? 0;
  }

  /** Runs a statement, its values as parameters. Returns its rows. */
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

/**
 * Runs `work` in one READ COMMITTED transaction and commits it, or rolls it back if `work` fails or `undo`
 * returns true for its result. If anything was written, the store gets a new version. Rejects with the error
 * of `work`, or with the database's error.
 */
export async function transaction<T>(
  pool: pg.Pool,
  work: (tx: Transaction) => Promise<T>,
  undo?: (result: T) => boolean,
): Promise<T> {
  const workAndRenew = async (client: pg.PoolClient): Promise<T> => {
    const tx = new Transaction(client);
    const result = await work(tx);
    await renewStoreVersion(tx);
    return result;
  };
  return await inTransaction(pool, workAndRenew, undo);
}

/**
 * Gives the store a new version if this transaction has written anything. It locks the row of the feed, as
 * the last ingest step does, so it must come last.
 */
async function renewStoreVersion(tx: Transaction): Promise<void> {
  const [written] = await tx.query`select 1 where pg_current_xact_id_if_assigned() is not null`;
  // Not one statement: a standby refuses the update even if its condition is false.
  if (written !== undefined) await tx.execute`update feed set version = gen_random_uuid()`;
}

/** Like `transaction`, for work that needs the connection itself. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  undo: (result: T) => boolean = () => false,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query(beginSql(pool));
    const result = await work(client);
    await client.query(undo(result) ? 'rollback' : 'commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((broken: Error) => (failure = broken));
    throw error;
  } finally {
    // With an error, `release` closes the connection: one that cannot even roll back is broken.
    client.release(failure);
  }
}

/** Key of the store lock, an advisory lock that every change of papers holds: "papr" in ASCII. */
const STORE_LOCK = 0x70617072;

/** Idle timeout for an ingest that holds the store lock, so that a frozen process cannot block the others. */
const IDLE_TIMEOUT = '60s';

/**
 * Memory of a step of a change. Postgres merges new rows into the search index in batches of this size: with
 * its default of 4 MB, that takes a quarter longer.
 */
const WORK_MEMORY = '64MB';

/**
 * Waits for the store lock and holds it until the transaction ends. Changes of papers (an ingest, a removal,
 * an upgrade) run one at a time, so that two of them never merge the same paper. Appending to the feed has a
 * lock of its own: see `appendToFeed`.
 */
export async function lockStore(tx: Transaction): Promise<void> {
  await tx.execute`select pg_advisory_xact_lock(${STORE_LOCK})`;
  await tx.execute`
    select set_config('idle_in_transaction_session_timeout', ${IDLE_TIMEOUT}, true),
      set_config('work_mem', ${WORK_MEMORY}, true)`;
}
