import { createLogger } from '../logger.ts';
import type { Io } from './io.ts';
import type { ServeOptions } from './options.ts';
import { open, stopOf } from './with-database.ts';

/**
 * `papergraph serve`: migrates, serves until the program must end, then lets running requests finish.
 * Returns the exit status. Rejects with DatabaseError, ListenError, or the failure that ends the program.
 */
export async function serve(options: ServeOptions, given: Io): Promise<number> {
  const log = createLogger(options.logLevel, given.stderr);
  // First the database: all other modules are loaded while it starts.
  const opening = open(options, log);
  const loading = import('./serve-store.ts');
  const database = await opening;
  try {
    const { serveStore } = await loading;
    await serveStore(database, { options, io: { ...given, stop: stopOf(given, database) }, log });
    return 0;
  } finally {
    await database.close();
  }
}
