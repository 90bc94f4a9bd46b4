import pg from 'pg';
import { BackOff } from '../../time/back-off.ts';
import { sleep } from '../../time/sleep.ts';
import { DatabaseError } from '../database-error.ts';
import { isServerGone } from '../error-codes.ts';
import { USER, type Cluster } from './cluster.ts';
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
  type Site,
} from './postmaster.ts';
import { availableMemory, memorySettings } from './server-memory.ts';

/** This process as a user of a running server. */
export interface Membership {
  readonly server: Postmaster;
  /**
   * Holds the shared lock IN_USE. When this connection ends, the membership ends, and the server may have
   * died.
   */
  readonly connection: pg.Client;
}

/**
 * Key of an advisory lock: "pape" in ASCII. Every process that uses the server holds it shared. A process
 * that leaves and can get it exclusively is the last one.
 */
const IN_USE = 0x70617065;
const START_MS = 60_000;

/** When to give up. */
export interface JoinOptions {
  /** In milliseconds; 60,000 by default. */
  readonly withinMs?: number | undefined;
  /** Whether to wait without a limit while the disk is full. */
  readonly waitForDiskSpace?: boolean;
  /** Gives up without an error once it is aborted. */
  readonly stop?: AbortSignal;
}

/**
 * Joins the server of a cluster, and starts it if it does not run. Resolves with undefined once `stop` is
 * aborted. Rejects with DatabaseError if the server does not start in time. A server that this process has
 * started may recover for as long as it takes.
 */
export async function joinCluster(
  site: Site,
  { withinMs = START_MS, waitForDiskSpace = false, stop }: JoinOptions = {},
): Promise<Membership | undefined> {
  const backOff = new BackOff({ firstMs: 30, mostMs: 1_000, factor: 1.2, spread: 0.3 });
  let started = performance.now();
  let memory = memorySettings(availableMemory());
  for (;;) {
    if (stop?.aborted === true) return undefined;
    const joined = await joinOrStart(site, memory);
    if (joined !== undefined) return joined;
    const lines = lastLogLines(site.cluster);
    // The system may grant less than there seems to be. With its defaults, Postgres starts almost anywhere.
    if (/Cannot allocate memory/i.test(lines)) memory = [];
    if (waitForDiskSpace && /No space left on device/i.test(lines)) started = performance.now();
    else if (performance.now() - started > withinMs) throw notStarted(site, lines);
    await sleep(backOff.next(), stop);
  }
}

function notStarted({ cluster }: Site, lines: string): DatabaseError {
  const reason = lines.split('\n').findLast((line) => /(?:FATAL|PANIC):|^postgres: /.test(line));
  const why = reason === undefined ? '' : ` (${reason})`;
  return new DatabaseError(`the embedded Postgres does not start${why}; its log is ${logFile(cluster)}`);
}

/** Makes one attempt. Resolves with undefined if another one may succeed. */
async function joinOrStart(site: Site, memory: readonly string[]): Promise<Membership | undefined> {
  const { cluster } = site;
  const server = readPostmaster(cluster);
  if (server === undefined || !isAlive(server.pid)) {
    await startPostmaster(site, memory);
    const started = readPostmaster(cluster);
    return started?.ready === true ? await join(cluster, started) : undefined;
  }
  return server.ready ? await join(cluster, server) : undefined;
}

async function join(cluster: Cluster, server: Postmaster): Promise<Membership | undefined> {
  const config = { ...connectionTo(cluster, server), application_name: 'papergraph keeper' };
  const connection = new pg.Client(config);
  // An `end` event follows, which is handled. Without a listener, `error` would crash Node.
  connection.on('error', () => {});
  try {
    await connection.connect();
    // The connection stays idle on purpose.
    await connection.query('set idle_session_timeout = 0; set statement_timeout = 0');
    // Denied while the last process that leaves holds the lock to shut the server down.
    if (await callLock(connection, 'pg_try_advisory_lock_shared')) return { server, connection };
  } catch (error) {
    // The server is starting, shutting down, or dead, and another program may have its process id.
    if (isServerGone(error) && !(await isServerOf(cluster, server.pid)))
      forgetPostmaster(cluster, server.pid);
  }
  await connection.end().catch(() => {});
  return undefined;
}

/** The settings for a connection to a cluster's server. */
export function connectionTo({ password }: Cluster, { socketDir, port }: Postmaster): pg.ClientConfig {
  // No TLS on a Unix socket, whatever PGSSLMODE says.
  return { host: socketDir, port, user: USER, password, database: 'postgres', ssl: false };
}

/** Ends a membership. The last process that leaves shuts the server down. */
export async function leaveCluster(cluster: Cluster, { connection, server }: Membership): Promise<void> {
  try {
    await callLock(connection, 'pg_advisory_unlock_shared');
    if (await callLock(connection, 'pg_try_advisory_lock')) await stopPostmaster(cluster, server);
  } catch {
    // The server has already ended.
  } finally {
    await connection.end().catch(() => {});
  }
}

async function callLock(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ ok: boolean }>(`select ${name}($1) as ok`, [IN_USE]);
  return rows[0]?.ok === true;
}
