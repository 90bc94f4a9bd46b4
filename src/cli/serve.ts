import { createLogger } from '../logger.ts';
import type { DocumentSettings } from '../pipeline/document-ids.ts';
import { UsageError, type Io } from './io.ts';
import type { ServeOptions } from './options.ts';
import { open, stopOf } from './with-database.ts';

/** The exit status if the list of trusted documents has faults. */
const USAGE = 2;

/**
 * `papergraph serve`: migrates, serves until the program must end, then lets running requests finish.
 * Returns the exit status. Rejects with DatabaseError, ListenError, or the failure that ends the program.
 */
export async function serve(options: ServeOptions, given: Io): Promise<number> {
  const log = createLogger(options.logLevel, given.stderr);
  const documents = await documentsOf(options, given);
  if (documents === undefined) return USAGE;
  // First the database: all other modules are loaded while it starts.
  const opening = open(options, log);
  const loading = import('./serve-store.ts');
  const database = await opening;
  try {
    const { serveStore } = await loading;
    const io = { ...given, stop: stopOf(given, database) };
    await serveStore(database, { options, documents, io, log });
    return 0;
  } finally {
    await database.close();
  }
}

/**
 * Which documents clients may name. Undefined if the list of trusted ones has faults, which are printed. Rejects
 * with UsageError if it cannot be read.
 */
async function documentsOf(options: ServeOptions, io: Io): Promise<DocumentSettings | undefined> {
  const { trustedDocuments: file, onlyTrustedDocuments: onlyTrusted } = options;
  const register = options.persistedQueries !== 'off';
  if (file === undefined) {
    if (onlyTrusted === true)
      throw new UsageError('--only-trusted-documents: expected also --trusted-documents <file>');
    return { register };
  }
  // Loaded on demand: most servers have no list, and start sooner without the modules that check it.
  const { readDocuments } = await import('./trusted-documents.ts');
  const trusted = await readDocuments(file, options, io);
  return trusted && { trusted, onlyTrusted, register };
}
