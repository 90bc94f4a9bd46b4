import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Owner } from './cluster-owner.ts';
import type { Cluster } from './cluster.ts';
import type { Binaries } from './postgres-binaries.ts';

const run = promisify(execFile);

/** A server as its `postmaster.pid` tells of it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** The folder of its socket. */
  readonly socketDir: string;
  readonly ready: boolean;
}

/** What `postmaster.pid` says, whether or not it is still true; undefined without one. */
export function readPostmaster({ dir }: Cluster): Postmaster | undefined {
  try {
    const lines = fs.readFileSync(pidFile(dir), 'utf8').split('\n');
    const pid = Math.abs(Number(lines[0]));
    return { pid, port: Number(lines[3]), socketDir: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
}

/** Tells whether a process of this id lives; it may be another program by now. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Tells whether the process is the server of this cluster, not another program that was given its id. */
export async function isServerOf({ dir }: Cluster, pid: number): Promise<boolean> {
  try {
    return (await run('ps', ['-o', 'command=', '-p', String(pid)])).stdout.includes(dir);
  } catch {
    return false;
  }
}

/** Forgets a server that is gone and whose id another program has now: Postgres would not start beside it. */
export function forgetPostmaster(cluster: Cluster, pid: number): void {
  // Looked at again: another process may have started a server meanwhile.
  if (readPostmaster(cluster)?.pid === pid) fs.rmSync(pidFile(cluster.dir), { force: true });
}

/**
 * Starts the cluster's server, detached: it outlives this process until the last one that uses it stops it. Settles when
 * it is ready or has given up; another process may have been faster.
 */
export async function startPostmaster(
  cluster: Cluster,
  { postgres, env }: Binaries,
  owner: Owner,
): Promise<void> {
  const log = fs.openSync(logFile(cluster), 'a');
  const options = ['-D', cluster.dir, '-p', '5432', '-k', socketDir(cluster, owner), ...SETTINGS];
  const child = spawn(postgres, options, {
    ...owner,
    env,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  fs.closeSync(log);
  child.unref();
  const gone = new AbortController();
  child.once('exit', () => gone.abort()).once('error', () => gone.abort());
  while (!gone.signal.aborted && !isReady(cluster, child.pid)) await sleep(10);
}

const SETTINGS = ['-c', 'listen_addresses=', '-c', 'unix_socket_permissions=0700'];

// A Unix socket's path has at most 107 bytes, and Postgres appends `/.s.PGSQL.5432`.
const LONGEST_SOCKET_DIR = 90;

/** The cluster's folder, which its owner alone can enter; a short-lived one of the same kind where its path is too long. */
function socketDir({ dir }: Cluster, { uid, gid }: Owner): string {
  if (Buffer.byteLength(dir) <= LONGEST_SOCKET_DIR) return dir;
  const short = fs.mkdtempSync(path.join(os.tmpdir(), 'papergraph-'));
  if (uid !== undefined && gid !== undefined) fs.chownSync(short, uid, gid);
  return short;
}

function isReady(cluster: Cluster, pid: number | undefined): boolean {
  const found = readPostmaster(cluster);
  return found !== undefined && found.pid === pid && found.ready;
}

/** Asks the server to stop (a fast shutdown) and waits until it has. */
export async function stopPostmaster(
  cluster: Cluster,
  { pid, socketDir: sockets }: Postmaster,
): Promise<void> {
  process.kill(pid, 'SIGINT');
  while (isAlive(pid) && readPostmaster(cluster)?.pid === pid) await sleep(5);
  if (sockets !== cluster.dir) fs.rmSync(sockets, { recursive: true, force: true });
}

const TAIL_BYTES = 2_000;

/** The end of the server's log; empty where there is none. */
export function lastLogLines(cluster: Cluster): string {
  try {
    const file = fs.openSync(logFile(cluster), 'r');
    try {
      const { size } = fs.fstatSync(file);
      const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
      fs.readSync(file, tail, 0, tail.length, size - tail.length);
      return tail.toString();
    } finally {
      fs.closeSync(file);
    }
  } catch {
    return '';
  }
}

/** Where the server writes what goes wrong. */
export function logFile({ dir }: Cluster): string {
  return path.join(dir, 'server.log');
}

function pidFile(dir: string): string {
  return path.join(dir, 'postmaster.pid');
}
