import type { Database } from '../database/connect.ts';
import { createReads, type ReadOptions, type Reads } from '../reads/reads.ts';

/** What resolvers work with. */
export interface Context {
  readonly reads: Reads;
}

/** How contexts reach the store. */
export interface ContextOptions extends ReadOptions {
  readonly database: Pick<Database, 'pool'>;
}

/** Makes a context for each operation, so that what one reads is shared within it and never stale in the next. */
export function createContextFactory({ database, ...options }: ContextOptions): () => Context {
  return () => ({ reads: createReads(database, options) });
}
