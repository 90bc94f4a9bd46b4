import type { Database } from '../database/connect.ts';
import { pendingMigrations } from '../database/migrate.ts';
import { openFeed, type Feed } from '../feed/feed.ts';
import { createContextFactory } from '../graphql/context.ts';
import { schema } from '../graphql/schema.ts';
import { createApp } from '../http/app.ts';
import { listen } from '../http/listen.ts';
import { createReadiness, type Readiness } from '../http/readiness.ts';
import type { Logger } from 'pino';
import { postedDigests } from '../ingest/ingest-posted.ts';
import { ingestSample } from '../ingest/sample.ts';
import { upgradeStore } from '../ingest/upgrade-store.ts';
import { createLogger } from '../logger.ts';
import { runBackground } from './background.ts';
import { Interrupted, stopReason, type Io } from './io.ts';
import type { ServeOptions } from './options.ts';
import { open } from './with-database.ts';

/** A statement for an answer that takes longer is given up, its connection with it: the network may have died. In milliseconds. */
const READ_MS = 15_000;
/** A feed that has not been read for so long no longer tells what is new. */
const FEED_READ_MS = 15_000;

/**
 * `papergraph serve`: migrates, serves until the program is to end, then lets the requests in hand finish. Gives the
 * exit status. Rejects with DatabaseError, ListenError, or the failure that made the program end.
 */
export async function serve(options: ServeOptions, io: Io): Promise<number> {
  const log = createLogger(options.logLevel, io.stderr);
  const database = await open(options, log);
  try {
    for (const name of await upgradeStore(database.pool, io.stop))
      log.info({ migration: name }, 'migration applied');
    if (options.sample === true) log.info({ files: await ingestSample(database) }, 'sample ingested');
    const reason = await serveStore(database, { options, io, log });
    if (reason instanceof Interrupted) return 0;
    throw reason;
  } finally {
    await database.close();
  }
}

/** Serves until the program is to end, and gives the reason. */
async function serveStore(
  database: Database,
  { options, io, log }: { options: ServeOptions; io: Io; log: Logger },
): Promise<Error> {
  const { adminToken, allowPrivateUrls = false } = options;
  const feed = await openFeed({ pool: database.pool, prepared: true, log });
  try {
    const readiness = storeReadiness(database, feed);
    const createContext = createContextFactory({
      database,
      prepared: true,
      live: feed,
      deadlineMs: READ_MS,
      ingestDigest: postedDigests({
        pool: database.pool,
        allowPrivate: allowPrivateUrls ? 'always' : 'never',
        now: () => new Date(),
      }),
    });
    const app = createApp({ schema, createContext, feed, adminToken, limits: options, readiness, log });
    const server = await listen(app, options);
    log.info({ url: server.url, database: database.where }, 'listening');
    io.stdout.write(welcome(server.url));
    const background = runBackground(database.pool, { options, io, log });
    const reason = await stopReason(io.stop);
    log.info({ reason: reason.message }, 'stopping');
    readiness.drain();
    await server.close();
    await background;
    return reason;
  } finally {
    await feed.close();
  }
}

function storeReadiness({ pool }: Database, feed: Feed): Readiness {
  let migrated = false;
  return createReadiness({
    database: async () => (await pool.query('select 1')).rowCount === 1,
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
