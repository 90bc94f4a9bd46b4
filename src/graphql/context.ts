import type { Database } from '../database/connect.ts';
import type { Feed } from '../feed/live-feed.ts';
import { feedQueries, type FeedQueries } from '../feed/feed-queries.ts';
import { createReads, type ReadOptions, type Reads } from '../reads/reads.ts';
import { statementRunner } from '../database/statements.ts';
import type { IngestDigest } from './ingest-digest.ts';

/** Whether the caller is the admin. `unset` if the server has no admin token, so that nobody can be. */
export type Admin = 'yes' | 'no' | 'unset';

/** The context of resolvers: made for one operation. */
export interface Context {
  readonly reads: Reads;
  readonly feed: FeedQueries;
  /** Undefined on a server without subscriptions. */
  readonly live: Feed | undefined;
  readonly caller: Caller;
  readonly ingestDigest: IngestDigest | undefined;
  /** Read before all other fields, if the operation selects `feedCursor`. */
  feedCursor?: Promise<string>;
}

/** Options of `createContextFactory`, the same for all operations. */
export interface ContextOptions extends ReadOptions {
  readonly database: Pick<Database, 'pool'>;
  readonly live?: Feed | undefined;
  readonly ingestDigest?: IngestDigest | undefined;
}

/** The sender of an operation. */
export interface Caller {
  readonly admin: Admin;
  /** A feed cursor that overrides the arguments `after` and `start` of a subscription. */
  readonly resumeAfter?: string | undefined;
}

/** Makes the context of one operation. */
export type CreateContext = (caller?: Caller) => Context;

/** Makes contexts. Fields of one operation share what it has read; the next operation reads anew. */
export function createContextFactory(options: ContextOptions): CreateContext {
  return (caller = { admin: 'unset' }) => new OperationContext(options, caller);
}

/**
 * Creates its readers when they are first used: most operations need only some of them, and a socket may
 * carry thousands of operations.
 */
class OperationContext implements Context {
  readonly caller: Caller;
  feedCursor?: Promise<string>;
  readonly #options: ContextOptions;
  #reads: Reads | undefined;
  #feed: FeedQueries | undefined;

  constructor(options: ContextOptions, caller: Caller) {
    this.#options = options;
    this.caller = caller;
  }

  get reads(): Reads {
    return (this.#reads ??= createReads(this.#options.database, this.#options));
  }

  get feed(): FeedQueries {
    return (this.#feed ??= feedQueries(statementRunner(this.#options.database.pool, this.#options)));
  }

  get live(): Feed | undefined {
    return this.#options.live;
  }

  get ingestDigest(): IngestDigest | undefined {
    return this.#options.ingestDigest;
  }
}
