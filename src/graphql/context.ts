import type { Database } from '../database/connect.ts';
import type { Feed } from '../feed/feed.ts';
import { feedReads, type FeedReads } from '../feed/feed-reads.ts';
import { createReads, type ReadOptions, type Reads } from '../reads/reads.ts';
import { statementRunner } from '../reads/statements.ts';
import type { IngestDigest } from './ingest-digest.ts';

/** What the caller may do: `unset` where the server has no admin token, so that nobody is one. */
export type Admin = 'yes' | 'no' | 'unset';

/** What resolvers work with. */
export interface Context {
  readonly reads: Reads;
  readonly feed: FeedReads;
  /** Undefined where nothing is pushed. */
  readonly live: Feed | undefined;
  readonly caller: Caller;
  readonly ingestDigest: IngestDigest | undefined;
  /** The cursor that was read before all else, where the operation asks for one. */
  feedCursor?: Promise<string>;
}

/** How contexts reach the store. */
export interface ContextOptions extends ReadOptions {
  readonly database: Pick<Database, 'pool'>;
  readonly live?: Feed | undefined;
  readonly ingestDigest?: IngestDigest | undefined;
}

/** Who asks. */
interface Caller {
  readonly admin: Admin;
  /** A cursor of the feed that wins over what a subscription's arguments say of its start. */
  readonly resumeAfter?: string | undefined;
}

/** Makes the context of one operation. */
export type CreateContext = (caller?: Caller) => Context;

/** Makes a context for each operation, so that what one reads is shared within it and never stale in the next. */
export function createContextFactory(options: ContextOptions): CreateContext {
  const { database, live, ingestDigest, ...reading } = options;
  return (caller = { admin: 'unset' }) => {
    // Made at need: a subscription has a context as long as it lives, and rarely reads with it.
    let reads: Reads | undefined;
    let feed: FeedReads | undefined;
    return {
      get reads() {
        return (reads ??= createReads(database, reading));
      },
      get feed() {
        return (feed ??= feedReads(statementRunner(database.pool, reading)));
      },
      live,
      caller,
      ingestDigest,
    };
  };
}
