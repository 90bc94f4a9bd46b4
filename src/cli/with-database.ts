import type { Logger } from 'pino';
import { whyReadOnly } from '../database/read-only.ts';
import { openDatabase, type Database } from '../database/connect.ts';
import { DatabaseError } from '../database/database-error.ts';
import { createLogger } from '../logger.ts';
import { stopReason, type Io } from './io.ts';
import type { SharedOptions } from './options.ts';

/** Opens the database that the options name; the caller closes it. Rejects with DatabaseError. */
export async function open(options: SharedOptions, log: Logger): Promise<Database> {
  return await openDatabase({
    url: options.databaseUrl,
    dataDir: options.dataDir,
    preparedStatements: options.preparedStatements,
    log: (message) => log.info(message),
  });
}

/**
 * A signal that is aborted when the program must end or its database is lost for good. The reason says
 * which.
 */
export function stopOf({ stop }: Pick<Io, 'stop'>, { lost }: Pick<Database, 'lost'>): AbortSignal {
  const controller = new AbortController();
  void lost.then((reason) => controller.abort(reason));
  return AbortSignal.any([stop, controller.signal]);
}

/**
 * Opens the database, runs `use` with it, and closes it in any case. If the program must end, rejects with
 * the reason, but only after `use` has settled: `use` watches `io.stop` itself and starts nothing new.
 */
export async function withDatabase<T>(
  options: SharedOptions,
  io: Io,
  use: (database: Database, log: Logger) => Promise<T>,
): Promise<T> {
  const log = createLogger(options.logLevel, io.stderr);
  const database = await open(options, log);
  const work = use(database, log);
  try {
    return await Promise.race([work, interruption(stopOf(io, database))]);
  } finally {
    // `work` may still run after an interruption. It must end before the database is closed.
    await work.catch(() => {});
    await database.close();
  }
}

async function interruption(stop: AbortSignal): Promise<never> {
  throw await stopReason(stop);
}

/**
 * Like `withDatabase`, but first applies pending migrations and indexes papers again if this version needs
 * it.
 */
export async function withStore<T>(
  options: SharedOptions,
  io: Io,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  return await withDatabase(options, io, async (database, log) => {
    const { upgradeStore } = await import('../ingest/upgrade-store.ts');
    await upgradeStore(database.pool, { log: (message) => log.warn(message) });
    return await use(database);
  });
}

/** Like `withStore`, for commands that write. Rejects with DatabaseError if the database is read-only. */
export async function withWritableStore<T>(
  options: SharedOptions,
  io: Io,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  return await withStore(options, io, async (database) => {
    const reason = await whyReadOnly(database.pool);
    if (reason !== undefined) throw new DatabaseError(`cannot write to ${database.where}: ${reason}`);
    return await use(database);
  });
}
