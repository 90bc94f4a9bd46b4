import { setMaxListeners } from 'node:events';
import { whyReadOnly } from '../database/read-only.ts';
import type { Database } from '../database/connect.ts';
import { DatabaseError } from '../database/database-error.ts';
import { sql } from '../database/sql.ts';
import { execute, hasPooler, type Pool } from '../database/store-pool.ts';
import { pendingMigrations } from '../database/migrate.ts';
import { openFeed, type Feed } from '../feed/live-feed.ts';
import { createContextFactory, type ContextOptions, type CreateContext } from '../graphql/context.ts';
import { clientError } from '../graphql/errors.ts';
import type { IngestDigest } from '../graphql/ingest-digest.ts';
import { schema } from '../graphql/schema.ts';
import { createApp, type AppOptions } from '../http/app.ts';
import { listen } from '../http/listen.ts';
import { createReadiness, type Readiness } from '../http/readiness.ts';
import { Turns } from '../limits/turns.ts';
import { LeakyBuckets, type Points } from '../limits/leaky-buckets.ts';
import type { Limits } from '../limits/limits.ts';
import type { Logger } from 'pino';
import { Metrics } from '../metrics/metrics.ts';
import { postedDigests } from '../ingest/ingest-posted.ts';
import { ingestSample } from '../ingest/sample.ts';
import { DeadlineError } from '../database/statements.ts';
import { upgradeStore } from '../ingest/upgrade-store.ts';
import type { DocumentSettings } from '../pipeline/document-ids.ts';
import { unlessAborted } from '../time/deadline.ts';
import { accessOf } from './access-settings.ts';
import { runBackground } from './background.ts';
import { Interrupted, stopReason, type Io } from './io.ts';
import type { ServeOptions } from './options.ts';
import { exposeStore } from './store-metrics.ts';
import { tracerOf } from './tracing.ts';

/** Time for running requests to finish once the program must end, in milliseconds. */
export const DRAIN_MS = 10_000;
/** A server counts as ready if it has read the feed within this time, in milliseconds. */
const FEED_READ_MS = 15_000;

/**
 * Migrates an open store and serves it until the program must end, then lets running requests finish. Rejects
 * with DatabaseError, ListenError, or the failure that ends the program.
 */
export async function serveStore(
  database: Database,
  { options, documents, io, log }: Omit<Serving, 'readOnly'>,
): Promise<void> {
  const { pool } = database;
  for (const name of await upgradeStore(pool, { stop: io.stop, log: (message) => log.warn(message) }))
    log.info({ migration: name }, 'migration applied');
  if (hasPooler(pool))
    log.info(
      'connections are treated as pooled: statements are not prepared by name, and the feed is polled',
    );
  const readOnly = await whyReadOnly(pool);
  if (readOnly !== undefined) logReadOnly(readOnly, options, log);
  else if (options.sample === true) log.info({ files: await ingestSample(pool) }, 'sample ingested');
  const reason = await serveUntilStopped(database, { options, documents, io, log, readOnly });
  if (!(reason instanceof Interrupted)) throw reason;
}

/** Logs which options a read-only server ignores. Throws DatabaseError for `--watch`, which must write. */
function logReadOnly(reason: string, { watch, sample, feedRetention }: ServeOptions, log: Logger): void {
  if (watch !== undefined) throw new DatabaseError(`--watch: cannot write to the database: ${reason}`);
  log.warn(`this server is read-only, because ${reason}: digests cannot be posted`);
  if (sample === true) log.warn(`--sample is ignored, because ${reason}`);
  if (feedRetention !== undefined) log.warn(`--feed-retention is ignored, because ${reason}`);
}

interface Serving {
  readonly options: ServeOptions;
  readonly documents: DocumentSettings;
  readonly io: Io;
  readonly log: Logger;
  /** Why the database cannot be written to; undefined if it can. */
  readonly readOnly: string | undefined;
}

/** Serves until the program must end, and returns the reason. */
async function serveUntilStopped(database: Database, serving: Serving): Promise<Error> {
  const { options, io, log } = serving;
  const observers = { metrics: new Metrics(), tracer: await tracerOf(io.env) };
  const { metrics, tracer } = observers;
  const { pool } = database;
  const trace = tracer?.statement;
  const feed = await openFeed({ pool, prepared: true, log, onDelivery: metrics.delivered, trace });
  exposeStore(metrics, pool);
  // Aborted to cancel operations that still run when the time to finish is over.
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  try {
    const readiness = storeReadiness(database, feed);
    const createContext = contexts(database, serving, { live: feed, stop: end.signal, trace });
    const settings = await appSettings(serving, end.signal);
    const app = createApp({ schema, createContext, feed, readiness, ...observers, ...settings });
    const server = await listen(app, options);
    log.info({ url: server.url, database: database.where }, 'listening');
    io.stdout.write(welcome(server.url, options.publicUrl));
    const background = runBackground(database.pool, serving);
    const reason = await stopReason(io.stop);
    log.info({ reason: reason.message }, 'stopping');
    readiness.drain();
    await server.close(DRAIN_MS, () => end.abort());
    await background;
    return reason;
  } finally {
    // Cancel operations whose clients have disconnected, and statements that the feed waits for: either
    // could delay the end.
    end.abort();
    const feedClosed = feed.close();
    database.breakConnections();
    await feedClosed;
    await tracer?.close();
  }
}

/** The options of the app that come from settings. What it opens for them is closed with `end`. */
async function appSettings(
  { options, documents, log }: Serving,
  end: AbortSignal,
): Promise<Partial<AppOptions> & Pick<AppOptions, 'log'>> {
  const { rateLimitStore } = options;
  const settings = { ...accessOf(options), documents, limits: options, log };
  if (rateLimitStore === undefined) return settings;
  return { ...settings, points: await sharedPoints(rateLimitStore, settings, end) };
}

/** Makes the contexts of operations. */
function contexts(
  database: Database,
  serving: Serving,
  shared: Pick<ContextOptions, 'live' | 'trace'> & { readonly stop: AbortSignal },
): CreateContext {
  const { options } = serving;
  return createContextFactory({
    ...shared,
    database,
    prepared: true,
    deadlineMs: options.statementTimeoutMs,
    turns: new Turns({
      perClient: options.maxStatementsPerClient,
      inAll: options.maxStatements,
      waitMs: options.statementWaitMs,
    }),
    ingestDigest: ingester(database.pool, serving, shared.stop),
  });
}

/** The points of clients in a store that several servers share. */
async function sharedPoints(
  url: string,
  { limits, log }: { limits: Limits; log: Logger },
  end: AbortSignal,
): Promise<Points> {
  const { RedisPoints } = await import('../limits/redis-points.ts');
  const onChange = (away: Error | undefined): void => {
    if (away === undefined) log.info('Redis is back: servers share the points of clients again');
    else log.warn({ reason: away.message }, 'Redis is away: this server counts the points of clients alone');
  };
  const points = new RedisPoints({ url, limits, fallback: new LeakyBuckets(limits), onChange });
  end.addEventListener('abort', () => points.close());
  return points;
}

/** Ingests posted digests, until `end` cancels the requests that wait for them. */
function ingester(pool: Pool, { options, readOnly }: Serving, end: AbortSignal): IngestDigest {
  const { allowPrivateUrls = false } = options;
  const allowPrivate = allowPrivateUrls ? 'always' : 'never';
  const ingest = postedDigests({ pool, allowPrivate, now: () => new Date() });
  return async (digest) => {
    if (readOnly !== undefined) {
      throw clientError('FORBIDDEN', `ingestDigest: this server is read-only, because ${readOnly}`);
    }
    return await unlessAborted(
      end,
      async () => await ingest(digest),
      ({ reason }) => new DeadlineError('ingestDigest', reason),
    );
  };
}

function storeReadiness({ pool }: Database, feed: Feed): Readiness {
  let migrated = false;
  return createReadiness({
    database: async () => (await execute(pool, sql`select 1`)) === 1,
    // Not checked again once true: a newer version may migrate further while this one still serves.
    schema: async () => (migrated ||= (await pendingMigrations(pool)).length === 0),
    feed: async () => feed.sinceRead() < FEED_READ_MS,
  });
}

/** The first output. People read it, and scripts wait for its address. */
function welcome(localUrl: string, publicUrl: URL | undefined): string {
  const url = publicUrl?.href.replace(/\/$/, '') ?? localUrl;
  const at = publicUrl === undefined ? '' : `, and listens on ${localUrl}`;
  const query = JSON.stringify({
    query: '{ papers(first: 3) { nodes { title authors { nodes { name } } } } }',
  });
  return `Papergraph serves GraphQL at ${url}/graphql${at}

  Open this address in a browser for GraphiQL, with queries to try. Or query it from a terminal:
  curl -s ${url}/graphql -H 'content-type: application/json' -d '${query}'

  Press Ctrl-C to stop.
`;
}
