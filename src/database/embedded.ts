import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { placeCluster, type Place } from './cluster-owner.ts';
import { ensureCluster, USER, type Cluster } from './cluster.ts';
import { DatabaseError } from './database-error.ts';
import { findBinaries, type Binaries } from './postgres-binaries.ts';
import {
  forgetPostmaster,
  isAlive,
  isServerOf,
  logFile,
  readPostmaster,
  startPostmaster,
  stopPostmaster,
  type Postmaster,
} from './postmaster.ts';

/** A running embedded Postgres that this process uses. */
export interface Embedded {
  readonly connection: pg.ClientConfig;
  /** The cluster's folder. */
  readonly where: string;
  /** Leaves it; the last process to leave stops the server. */
  close(): Promise<void>;
}

// "pape" in ASCII. Every process that uses the server holds it shared; who can have it alone is the last one.
const IN_USE = 0x70617065;
const START_MS = 60_000;

/**
 * Starts the embedded Postgres of a data folder, or joins the one that runs there already. Rejects with DatabaseError
 * where it cannot be had.
 */
export async function openEmbedded(dataDir: string, log?: (message: string) => void): Promise<Embedded> {
  const { place, binaries, cluster } = await prepare(dataDir, log);
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(30 + Math.random() * 40)) {
    const embedded = await joinOrStart(cluster, place, binaries);
    if (embedded !== undefined) return embedded;
  }
  throw new DatabaseError(`the embedded Postgres did not start; its log is ${logFile(cluster)}`);
}

/** Where, by which programs and as what it runs; what the file system refuses is told in one line. */
async function prepare(dataDir: string, log: ((message: string) => void) | undefined) {
  try {
    const place = placeCluster(dataDir, log);
    const binaries = await findBinaries(place);
    return { place, binaries, cluster: await ensureCluster(place, binaries) };
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    throw new DatabaseError(`the data folder ${dataDir} cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** One attempt; undefined where it is worth another. */
async function joinOrStart(
  cluster: Cluster,
  { owner }: Place,
  binaries: Binaries,
): Promise<Embedded | undefined> {
  const server = readPostmaster(cluster);
  if (server === undefined || !isAlive(server.pid)) {
    await startPostmaster(cluster, binaries, owner);
    const started = readPostmaster(cluster);
    return started?.ready === true ? await join(cluster, started) : undefined;
  }
  return server.ready ? await join(cluster, server) : undefined;
}

async function join(cluster: Cluster, server: Postmaster): Promise<Embedded | undefined> {
  const { password, dir } = cluster;
  const connection = {
    host: server.socketDir,
    port: server.port,
    user: USER,
    password,
    database: 'postgres',
    // A Unix socket has no TLS, whatever PGSSLMODE asks of other servers.
    ssl: false,
  };
  const keeper = new pg.Client({ ...connection, application_name: 'papergraph keeper' });
  // Should it die, the server may stop early once others leave; queries say so then.
  keeper.on('error', () => {});
  try {
    await keeper.connect();
    if (await ask(keeper, 'pg_try_advisory_lock_shared')) {
      return { connection, where: dir, close: async () => await leave(keeper, cluster, server) };
    }
  } catch (error) {
    // Starting up, shutting down, or the id of a dead server that another program has now.
    const gone = ['ENOENT', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (gone && !(await isServerOf(cluster, server.pid))) forgetPostmaster(cluster, server.pid);
  }
  // Not ours to use: the last one out is stopping it.
  await keeper.end().catch(() => {});
  return undefined;
}

async function leave(keeper: pg.Client, cluster: Cluster, server: Postmaster): Promise<void> {
  try {
    await ask(keeper, 'pg_advisory_unlock_shared');
    if (await ask(keeper, 'pg_try_advisory_lock')) await stopPostmaster(cluster, server);
  } catch {
    // The server is gone already.
  } finally {
    await keeper.end().catch(() => {});
  }
}

async function ask(client: pg.Client, lock: string): Promise<boolean> {
  const { rows } = await client.query<{ ok: boolean }>(`select ${lock}($1) as ok`, [IN_USE]);
  return rows[0]?.ok === true;
}
