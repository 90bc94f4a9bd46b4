import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Place } from './cluster-owner.ts';
import { USER, type Cluster } from './cluster.ts';
import { DatabaseError } from '../database-error.ts';
import type { Binaries } from './postgres-binaries.ts';
import {
  forgetPostmaster,
  isAlive,
  isServerOf,
  lastLogLines,
  logFile,
  readPostmaster,
  startPostmaster,
  stopPostmaster,
  type Postmaster,
} from './postmaster.ts';

/** A cluster, and what it takes to start its server. */
export interface Site {
  readonly cluster: Cluster;
  readonly place: Place;
  readonly binaries: Binaries;
}

/** A place among the processes that use a running server. */
export interface Membership {
  readonly server: Postmaster;
  /** The connection that holds the place: with it the place is lost, and the server may be, too. */
  readonly keeper: pg.Client;
}

// "pape" in ASCII. Every process that uses the server holds it shared; who can have it alone is the last one.
const IN_USE = 0x70617065;
const START_MS = 60_000;
const FIRST_WAIT_MS = 30;
const LONGEST_WAIT_MS = 1_000;

/** How long to try. */
export interface Patience {
  /** In milliseconds; 60,000 where absent. */
  readonly withinMs?: number | undefined;
  /** A full disk is waited for however long it takes. */
  readonly untilDiskHasRoom?: boolean;
  readonly stop?: AbortSignal;
}

/**
 * Joins the cluster's server, and starts it where it does not run; resolves with undefined once `stop` is aborted. Rejects with
 * DatabaseError once its patience ends. The time that a server takes to recover does not count.
 */
export async function joinCluster(
  site: Site,
  { withinMs = START_MS, untilDiskHasRoom = false, stop }: Patience = {},
): Promise<Membership | undefined> {
  let started = performance.now();
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 1.2)) {
    if (stop?.aborted === true) return undefined;
    const joined = await joinOrStart(site);
    if (joined !== undefined) return joined;
    const said = lastLogLines(site.cluster);
    if (untilDiskHasRoom && /No space left on device/i.test(said)) started = performance.now();
    else if (performance.now() - started > withinMs) throw notStarted(site, said);
    await sleep(wait * (0.7 + Math.random() * 0.6), undefined, { signal: stop }).catch(() => {});
  }
}

function notStarted({ cluster }: Site, said: string): DatabaseError {
  const reason = said.split('\n').findLast((line) => /(?:FATAL|PANIC):|^postgres: /.test(line));
  const what = reason === undefined ? '' : ` (${reason})`;
  return new DatabaseError(`the embedded Postgres does not start${what}; its log is ${logFile(cluster)}`);
}

/** One attempt; undefined where it is worth another. */
async function joinOrStart({ cluster, place, binaries }: Site): Promise<Membership | undefined> {
  const server = readPostmaster(cluster);
  if (server === undefined || !isAlive(server.pid)) {
    await startPostmaster(cluster, binaries, place.owner);
    const started = readPostmaster(cluster);
    return started?.ready === true ? await join(cluster, started) : undefined;
  }
  return server.ready ? await join(cluster, server) : undefined;
}

async function join(cluster: Cluster, server: Postmaster): Promise<Membership | undefined> {
  const keeper = new pg.Client({ ...connectionTo(cluster, server), application_name: 'papergraph keeper' });
  // Its end is heard of by itself.
  keeper.on('error', () => {});
  try {
    await keeper.connect();
    // An idle connection is what it is meant to be.
    await keeper.query('set idle_session_timeout = 0; set statement_timeout = 0');
    if (await ask(keeper, 'pg_try_advisory_lock_shared')) return { server, keeper };
  } catch (error) {
    // Starting up, shutting down, or the id of a dead server that another program has now.
    const gone = ['ENOENT', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (gone && !(await isServerOf(cluster, server.pid))) forgetPostmaster(cluster, server.pid);
  }
  // Not ours to use: the last one out is stopping it.
  await keeper.end().catch(() => {});
  return undefined;
}

/** How to connect to a cluster's server. */
export function connectionTo({ password }: Cluster, { socketDir, port }: Postmaster): pg.ClientConfig {
  // A Unix socket has no TLS, whatever PGSSLMODE asks of other servers.
  return { host: socketDir, port, user: USER, password, database: 'postgres', ssl: false };
}

/** Gives a place up; the last process to leave stops the server. */
export async function leaveCluster(cluster: Cluster, { keeper, server }: Membership): Promise<void> {
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
