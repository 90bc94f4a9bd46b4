import { setMaxListeners } from 'node:events';
import { whyReadOnly } from '../database/access.ts';
import type { Database } from '../database/connect.ts';
import { DatabaseError } from '../database/database-error.ts';
import { sql } from '../database/sql.ts';
import { execute, hasPooler, type Pool } from '../database/store-pool.ts';
import { pendingMigrations } from '../database/migrate.ts';
import { openFeed, type Feed } from '../feed/feed.ts';
import { createContextFactory } from '../graphql/context.ts';
import { clientError } from '../graphql/errors.ts';
import type { IngestDigest } from '../graphql/ingest-digest.ts';
import { schema } from '../graphql/schema.ts';
import { createApp } from '../http/app.ts';
import { listen } from '../http/listen.ts';
import { createReadiness, type Readiness } from '../http/readiness.ts';
import type { Logger } from 'pino';
import { postedDigests } from '../ingest/ingest-posted.ts';
import { ingestSample } from '../ingest/sample.ts';
import { DeadlineError } from '../database/statements.ts';
import { upgradeStore } from '../ingest/upgrade-store.ts';
import { unlessAborted } from '../time/deadline.ts';
import { createLogger } from '../logger.ts';
import { runBackground } from './background.ts';
import { Interrupted, stopReason, type Io } from './io.ts';
import type { ServeOptions } from './options.ts';
import { open, stopOf } from './with-database.ts';

/** A statement for an answer that takes longer is given up, its connection with it: the network may have died. In milliseconds. */
const READ_MS = 15_000;
/** How long requests in hand may take once the program is to end. In milliseconds. */
const DRAIN_MS = 10_000;
/** A feed that has not been read for so long no longer tells what is new. */
const FEED_READ_MS = 15_000;

/**
 * `papergraph serve`: migrates, serves until the program is to end, then lets the requests in hand finish. Gives the
 * exit status. Rejects with DatabaseError, ListenError, or the failure that made the program end.
 */
export async function serve(options: ServeOptions, given: Io): Promise<number> {
  const log = createLogger(options.logLevel, given.stderr);
  const database = await open(options, log);
  const io = { ...given, stop: stopOf(given, database) };
  try {
    const { pool } = database;
    for (const name of await upgradeStore(pool, { stop: io.stop, log: (message) => log.warn(message) }))
      log.info({ migration: name }, 'migration applied');
    if (hasPooler(pool))
      log.info(
        'connections are treated as pooled: statements are not prepared by name, and the feed is polled',
      );
    const readOnly = await whyReadOnly(pool);
    if (readOnly !== undefined) doWithoutWriting(readOnly, options, log);
    else if (options.sample === true) log.info({ files: await ingestSample(database) }, 'sample ingested');
    const reason = await serveStore(database, { options, io, log, readOnly });
    if (reason instanceof Interrupted) return 0;
    throw reason;
  } finally {
    await database.close();
  }
}

/** Says what a server that may only read leaves out. Throws DatabaseError where it was told to take digests in. */
function doWithoutWriting(reason: string, { watch, sample, feedRetention }: ServeOptions, log: Logger): void {
  if (watch !== undefined) throw new DatabaseError(`--watch: expected a database to write to, but ${reason}`);
  log.warn(`nothing is written here, because ${reason}: no digest can be posted`);
  if (sample === true) log.warn(`--sample is left out, because ${reason}`);
  if (feedRetention !== undefined) log.warn(`--feed-retention is left out, because ${reason}`);
}

interface Serving {
  readonly options: ServeOptions;
  readonly io: Io;
  readonly log: Logger;
  /** Why nothing can be written; undefined where it can. */
  readonly readOnly: string | undefined;
}

/** Serves until the program is to end, and gives the reason. */
async function serveStore(database: Database, serving: Serving): Promise<Error> {
  const { options, io, log } = serving;
  const feed = await openFeed({ pool: database.pool, prepared: true, log });
  // Aborted when operations that still run are to be given up.
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  try {
    const readiness = storeReadiness(database, feed);
    const createContext = createContextFactory({
      database,
      prepared: true,
      live: feed,
      deadlineMs: READ_MS,
      stop: end.signal,
      ingestDigest: ingester(database.pool, serving, end.signal),
    });
    const { adminToken } = options;
    const app = createApp({ schema, createContext, feed, adminToken, limits: options, readiness, log });
    const server = await listen(app, options);
    log.info({ url: server.url, database: database.where }, 'listening');
    io.stdout.write(welcome(server.url));
    const background = runBackground(database.pool, serving);
    const reason = await stopReason(io.stop);
    log.info({ reason: reason.message }, 'stopping');
    readiness.drain();
    await server.close(DRAIN_MS, () => end.abort());
    await background;
    return reason;
  } finally {
    // What was asked over connections that are gone, and what the feed waits for.
    end.abort();
    const feedClosed = feed.close();
    database.breakConnections();
    await feedClosed;
  }
}

/** Takes posted digests in, until those who wait are given up. */
function ingester(pool: Pool, { options, readOnly }: Serving, end: AbortSignal): IngestDigest {
  const { allowPrivateUrls = false } = options;
  const allowPrivate = allowPrivateUrls ? 'always' : 'never';
  const ingest = postedDigests({ pool, allowPrivate, now: () => new Date() });
  return async (digest) => {
    if (readOnly !== undefined) {
      throw clientError('FORBIDDEN', `ingestDigest: nothing can be taken in, because ${readOnly}`);
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
    // Asked until it is so. Once it is, a newer version may migrate further while this one still serves.
    schema: async () => (migrated ||= (await pendingMigrations(pool)).length === 0),
    feed: async () => feed.sinceRead() < FEED_READ_MS,
  });
}

/** For a person, and for scripts that wait for the address. */
function welcome(url: string): string {
  const query = JSON.stringify({
    query: '{ papers(first: 3) { nodes { title authors { nodes { name } } } } }',
  });
  return `Papergraph is at ${url}/graphql

  In a browser that is GraphiQL, with queries to try. In a terminal:
  curl -s ${url}/graphql -H 'content-type: application/json' -d '${query}'

  Ctrl-C stops it.
`;
}
