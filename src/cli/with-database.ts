import type { Logger } from 'pino';
import { openDatabase, type Database } from '../database/connect.ts';
import { upgradeStore } from '../ingest/upgrade-store.ts';
import { createLogger } from '../logger.ts';
import { stopReason, type Io } from './io.ts';
import type { SharedOptions } from './options.ts';

/** Opens the database that the options name; the caller closes it. Rejects with DatabaseError. */
export async function open(options: SharedOptions, log: Logger): Promise<Database> {
  return await openDatabase({
    url: options.databaseUrl,
    dataDir: options.dataDir,
    log: (message) => log.info(message),
  });
}

/**
 * Runs `use` with the database and closes it, whatever happens. When the program must end, the promise rejects with the
 * reason once `use` has settled, which must then begin nothing new.
 */
export async function withDatabase<T>(
  options: SharedOptions,
  io: Io,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await open(options, createLogger(options.logLevel, io.stderr));
  const work = use(database);
  try {
    return await Promise.race([work, interruption(io.stop)]);
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
  return await withDatabase(options, io, async (database) => {
    await upgradeStore(database.pool);
    return await use(database);
  });
}
