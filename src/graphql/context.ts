import type { Asker } from '../database/asker.ts';
import type { Database } from '../database/connect.ts';
import { statementRunner, type RunStatement } from '../database/statements.ts';
import { storeVersionReader, type ReadStoreVersion, type StoreVersion } from '../events/store-version.ts';
import { feedQueries, type FeedQueries } from '../feed/feed-queries.ts';
import type { Feed } from '../feed/live-feed.ts';
import { createReads, type ReadOptions, type Reads, type VersionReads } from '../reads/reads.ts';
import type { IngestDigest } from './ingest-digest.ts';

/** Whether the caller is the admin. `unset` if the server has no admin token, so that nobody can be. */
export type Admin = 'yes' | 'no' | 'unset';

/** Whether the caller may run operations. */
type Reader = 'yes' | 'no';

/** The context of resolvers: made for one operation. */
export interface Context {
  /**
   * The version of the store that the operation reads: at least as new as everything that was committed before
   * the operation began. Read when it is first called for.
   */
  readonly version: () => Promise<StoreVersion>;
  /** From now on, the operation reads the version that the store has now. For mutations, after they wrote. */
  readonly renew: () => Promise<StoreVersion>;
  /** Reads of this version. Throws before the version is known, and if it could not be read. */
  readonly reads: Reads;
  readonly feed: FeedQueries;
  /** Whether the operation has used its version, its reads or the feed: if not, its result is always the same. */
  readonly touched: boolean;
  /**
   * Whether a value was left null, empty or incomplete because its deadline passed: another operation may get
   * it.
   */
  readonly incomplete: boolean;
  /** Undefined on a server without subscriptions. */
  readonly live: Feed | undefined;
  /** From now on, statements run for this operation, and end with it. */
  readonly askFor?: (asker: Asker) => void;
  readonly caller: Caller;
  readonly ingestDigest: IngestDigest | undefined;
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
  /** Set on a server with read tokens. Without them, every caller may run operations. */
  readonly reader?: Reader;
  /** A feed cursor that overrides the arguments `after` and `start` of a subscription. */
  readonly resumeAfter?: string | undefined;
}

/**
 * Makes the context of one operation. `readVersion` is for callers that have begun to read the version for this
 * operation; by default the context reads it itself.
 */
export type CreateContext = (caller?: Caller, readVersion?: ReadStoreVersion) => Context;

/**
 * Makes the contexts of a process. Operations share what they read as long as the store has the same version.
 */
export function createContextFactory(options: ContextOptions): CreateContext {
  const run = statementRunner(options.database.pool, options);
  const store = {
    ...options,
    run,
    readVersion: storeVersionReader(run),
    readsAt: versionedReads(run, options),
  };
  return (caller = { admin: 'unset' }, readVersion = store.readVersion) =>
    new OperationContext(store, caller, readVersion);
}

/** What contexts have in common. */
interface Shared extends ContextOptions {
  readonly run: RunStatement;
  readonly readVersion: ReadStoreVersion;
  readonly readsAt: (version: StoreVersion) => VersionReads;
}

/** The reads of the version that was read last; those of another version know nothing of it. */
function versionedReads(run: RunStatement, options: ReadOptions): Shared['readsAt'] {
  let known: { readonly key: string; readonly reads: VersionReads } | undefined;
  return ({ key }) => {
    if (known?.key !== key) known = { key, reads: createReads(run, options) };
    return known.reads;
  };
}

/**
 * Creates what is used only: most operations need only some of it, and a socket may carry thousands of
 * operations.
 */
class OperationContext implements Context {
  readonly caller: Caller;
  touched = false;
  incomplete = false;
  readonly #shared: Shared;
  readonly #readFirst: ReadStoreVersion;
  #version: Promise<StoreVersion> | undefined;
  /** Of the version, once it is known. */
  #reads: Reads | undefined;
  #failure: unknown = new Error('expected the version of the store to be read first');
  #feed: FeedQueries | undefined;
  #asker: Asker | undefined;

  constructor(shared: Shared, caller: Caller, readVersion: ReadStoreVersion) {
    this.#shared = shared;
    this.caller = caller;
    this.#readFirst = readVersion;
  }

  askFor(asker: Asker): void {
    this.#asker = asker;
  }

  async version(): Promise<StoreVersion> {
    this.touched = true;
    return await (this.#version ??= this.#readBy(this.#readFirst));
  }

  async renew(): Promise<StoreVersion> {
    this.touched = true;
    this.#reads = undefined;
    return await (this.#version = this.#readBy(this.#shared.readVersion));
  }

  get reads(): Reads {
    this.touched = true;
    if (this.#reads === undefined) throw this.#failure;
    return this.#reads;
  }

  get feed(): FeedQueries {
    this.touched = true;
    return (this.#feed ??= feedQueries(this.#shared.run));
  }

  get live(): Feed | undefined {
    return this.#shared.live;
  }

  get ingestDigest(): IngestDigest | undefined {
    return this.#shared.ingestDigest;
  }

  async #readBy(read: ReadStoreVersion): Promise<StoreVersion> {
    try {
      const version = await read();
      this.#readAt(version);
      return version;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #readAt(version: StoreVersion): void {
    this.#reads = this.#shared.readsAt(version).forOperation(
      () => (this.incomplete = true),
      () => this.#asker,
    );
  }
}
