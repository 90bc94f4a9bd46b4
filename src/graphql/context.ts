import type { Database } from '../database/connect.ts';
import type { Feed } from '../feed/live-feed.ts';
import { feedQueries, type FeedQueries } from '../feed/feed-queries.ts';
import { createReads, type ReadOptions, type Reads } from '../reads/reads.ts';
import { statementRunner } from '../database/statements.ts';
import type { IngestDigest } from './ingest-digest.ts';

/** What the caller may do: `unset` where the server has no admin token, so that nobody is one. */
export type Admin = 'yes' | 'no' | 'unset';

/** What resolvers work with. */
export interface Context {
  readonly reads: Reads;
  readonly feed: FeedQueries;
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
export interface Caller {
  readonly admin: Admin;
  /** A cursor of the feed that wins over what a subscription's arguments say of its start. */
  readonly resumeAfter?: string | undefined;
}

/** Makes the context of one operation. */
export type CreateContext = (caller?: Caller) => Context;

/** Makes a context for each operation, so that what one reads is shared within it and never stale in the next. */
export function createContextFactory(options: ContextOptions): CreateContext {
  return (caller = { admin: 'unset' }) => new OperationContext(options, caller);
}

/** Makes its reads at need: a subscription has a context as long as it lives, and rarely reads with it. */
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
