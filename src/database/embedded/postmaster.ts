import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { sleep } from '../../time/sleep.ts';
import { hasCode } from '../error-codes.ts';
import type { Owner, Place } from './cluster-owner.ts';
import type { Cluster } from './cluster.ts';
import type { Binaries } from './postgres-binaries.ts';

const run = promisify(execFile);

/** A cluster, and the owner and programs with which its server is started. */
export interface Site {
  readonly cluster: Cluster;
  readonly place: Place;
  readonly binaries: Binaries;
}

/** A server, as its file `postmaster.pid` describes it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** The folder of its Unix socket. */
  readonly socketDir: string;
  /** Whether it accepts connections. */
  readonly ready: boolean;
}

/** Reads `postmaster.pid`, which may be out of date; undefined without such a file. */
export function readPostmaster({ dir }: Cluster): Postmaster | undefined {
  try {
    const lines = fs.readFileSync(pidFile(dir), 'utf8').split('\n');
    // A single-user server would write its process id as a negative number.
    const pid = Math.abs(Number(lines[0]));
    return { pid, port: Number(lines[3]), socketDir: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
}

/** Whether a process with this id is running. It may be another program by now. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, but belongs to another user.
    return hasCode(error, 'EPERM');
  }
}

/** Whether the process is the server of this cluster, not another program with the same id. */
export async function isServerOf({ dir }: Cluster, pid: number): Promise<boolean> {
  try {
    return (await run('ps', ['-o', 'command=', '-p', String(pid)])).stdout.includes(dir);
  } catch {
    return false;
  }
}

/**
 * Deletes the `postmaster.pid` of a dead server. Otherwise Postgres would refuse to start if another program
 * has the process id in it.
 */
export function forgetPostmaster(cluster: Cluster, pid: number): void {
  // Read again, because another process may have started a server meanwhile.
  if (readPostmaster(cluster)?.pid === pid) fs.rmSync(pidFile(cluster.dir), { force: true });
}

/**
 * Starts the server of a cluster. It is detached from this process and runs until the last process that uses
 * it stops it. `memory` are flags for the memory of the server. Resolves when the server is ready or has
 * exited, for example because another process was faster.
 */
export async function startPostmaster(
  { cluster, binaries: { postgres, env }, place: { owner } }: Site,
  memory: readonly string[],
): Promise<void> {
  const log = fs.openSync(logFile(cluster), 'a');
  const options = ['-D', cluster.dir, '-p', '5432', '-k', socketDir(cluster, owner), ...SETTINGS, ...memory];
  const child = spawn(postgres, options, {
    ...owner,
    env,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  fs.closeSync(log);
  child.unref();
  const exited = new AbortController();
  child.once('exit', () => exited.abort()).once('error', () => exited.abort());
  while (!exited.signal.aborted && !isReady(cluster, child.pid)) await sleep(10);
}

const SETTINGS = ['-c', 'listen_addresses=', '-c', 'unix_socket_permissions=0700'];

/** In bytes. The path of a Unix socket has at most 107 bytes, and Postgres appends `/.s.PGSQL.5432`. */
const LONGEST_SOCKET_DIR = 90;

/**
 * The folder for the Unix socket: that of the cluster, which only its owner can enter; if its path is too
 * long, a temporary folder with the same permissions.
 */
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

/** How long an exit may take after the last step of a shutdown, in milliseconds. */
const EXIT_MS = 500;

/** Requests a fast shutdown (SIGINT) and waits until the server has ended. */
export async function stopPostmaster(
  cluster: Cluster,
  { pid, socketDir: sockets }: Postmaster,
): Promise<void> {
  process.kill(pid, 'SIGINT');
  const isListed = (): boolean => readPostmaster(cluster)?.pid === pid;
  while (isAlive(pid) && isListed()) await sleep(5);
  // It deletes its file just before it exits. If another process started it, its id stays until that notices.
  const given = performance.now();
  while (isAlive(pid) && performance.now() - given < EXIT_MS) await sleep(2);
  if (sockets !== cluster.dir) fs.rmSync(sockets, { recursive: true, force: true });
}

const TAIL_BYTES = 2_000;

/** The end of the server's log; empty if there is no log. */
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

/** The file to which the server logs. */
export function logFile({ dir }: Cluster): string {
  return path.join(dir, 'server.log');
}

function pidFile(dir: string): string {
  return path.join(dir, 'postmaster.pid');
}
