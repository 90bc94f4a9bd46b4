import type { Logger } from 'pino';
import { whyReadOnly } from '../database/access.ts';
import { openDatabase, type Database } from '../database/connect.ts';
import { DatabaseError } from '../database/database-error.ts';
import { upgradeStore } from '../ingest/upgrade-store.ts';
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

/** Aborted when the program is to end, or its database is gone for good; its reason says which. */
export function stopOf({ stop }: Pick<Io, 'stop'>, { lost }: Pick<Database, 'lost'>): AbortSignal {
  const controller = new AbortController();
  void lost.then((reason) => controller.abort(reason));
  return AbortSignal.any([stop, controller.signal]);
}

/**
 * Runs `use` with the database and closes it, whatever happens. When the program must end, the promise rejects with the
 * reason once `use` has settled, which must then begin nothing new.
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
    // It says itself what it has done and what not.
    await work.catch(() => {});
    await database.close();
  }
}

async function interruption(stop: AbortSignal): Promise<never> {
  throw await stopReason(stop);
}

/** As `withDatabase`, with the store brought to this version first. */
export async function withStore<T>(
  options: SharedOptions,
  io: Io,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  return await withDatabase(options, io, async (database, log) => {
    await upgradeStore(database.pool, { log: (message) => log.warn(message) });
    return await use(database);
  });
}

/** As `withStore`, for what changes the store: rejects with DatabaseError where nothing can be written. */
export async function withWritableStore<T>(
  options: SharedOptions,
  io: Io,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  return await withStore(options, io, async (database) => {
    const reason = await whyReadOnly(database.pool);
    if (reason !== undefined)
      throw new DatabaseError(`${database.where}: expected a database to write to, but ${reason}`);
    return await use(database);
  });
}
