import type { Database } from '../database/connect.ts';
import { pendingMigrations } from '../database/migrate.ts';
import { createContextFactory } from '../graphql/context.ts';
import { schema } from '../graphql/schema.ts';
import { createApp } from '../http/app.ts';
import { listen } from '../http/listen.ts';
import { createReadiness, type Readiness } from '../http/readiness.ts';
import { ingestSample } from '../ingest/sample.ts';
import { upgradeStore } from '../ingest/upgrade-store.ts';
import { createLogger } from '../logger.ts';
import { Interrupted, stopReason, type Io } from './io.ts';
import type { ServeOptions } from './options.ts';
import { open } from './with-database.ts';

/**
 * `papergraph serve`: migrates, serves until the program is to end, then lets the requests in hand finish. Gives the
 * exit status. Rejects with DatabaseError, ListenError, or the failure that made the program end.
 */
export async function serve(options: ServeOptions, io: Io): Promise<number> {
  const log = createLogger(options.logLevel, io.stderr);
  const database = await open(options, log);
  try {
    for (const name of await upgradeStore(database.pool)) log.info({ migration: name }, 'migration applied');
    if (options.sample === true) log.info({ files: await ingestSample(database) }, 'sample ingested');
    const readiness = databaseReadiness(database);
    const createContext = createContextFactory({ database, prepared: true });
    const server = await listen(createApp({ schema, createContext, readiness, log }), options);
    log.info({ url: server.url, database: database.where }, 'listening');
    io.stdout.write(welcome(server.url));
    const reason = await stopReason(io.stop);
    log.info({ reason: reason.message }, 'stopping');
    readiness.drain();
    await server.close();
    if (reason instanceof Interrupted) return 0;
    throw reason;
  } finally {
    await database.close();
  }
}

function databaseReadiness({ pool }: Database): Readiness {
  let migrated = false;
  return createReadiness({
    database: async () => (await pool.query('select 1')).rowCount === 1,
    // Asked until it is so. Once it is, a newer version may migrate further while this one still serves.
    schema: async () => (migrated ||= (await pendingMigrations(pool)).length === 0),
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
