import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase } from '../support/database.ts';
import { runCli } from '../support/cli.ts';
import { jsonl, jsonRecord } from '../support/digest-files.ts';
import { LONG } from '../support/long.ts';
import { dumpStore } from '../support/store-dump.ts';

// Bad lines make the report longer than a pipe's buffer: a process whose output is not read blocks in its
// last line, after COMMIT.
const BAD = Array.from({ length: 900 }, (_, n) => `{"id": "bad ${n}", "title": "${'x'.repeat(100)}"}\n`).join(
  '',
);
const DIGEST = jsonl(...Array.from({ length: 40 }, (_, n) => jsonRecord(`2601.${10_000 + n}`))) + BAD;

let folder: string;
let file: string;
let undisturbed: Awaited<ReturnType<typeof dumpStore>>;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'papergraph-kill-'));
  file = path.join(folder, '2026-01-15_AI_enhanced_Chinese.jsonl');
  writeFileSync(file, DIGEST);
  const database = await openTestDatabase();
  await ingestUndisturbed(database);
  undisturbed = await dumpStore(database.pool);
  await database.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Database = Awaited<ReturnType<typeof openTestDatabase>>;

const ingestArgs = (url: string): string[] => [
  'ingest',
  file,
  '--json',
  '--source',
  'test',
  '--database-url',
  url,
];

/** Starts an ingest in its own process, to be killed. */
function ingest(url: string, stdout: 'ignore' | number): ChildProcess {
  const args = ['bin/papergraph.js', ...ingestArgs(url)];
  return spawn(process.execPath, args, { stdio: ['ignore', stdout, 'ignore'] });
}

/** Ingests the file without interruption. */
async function ingestUndisturbed(database: Database): Promise<void> {
  const { status, stderr } = await runCli(ingestArgs(database.url));
  // 1 if bad lines are rejected, 0 if nothing is left to do.
  if (status > 1) throw new Error(stderr);
}

async function finished(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Waits until a query returns true. */
async function until(database: Database, sql: string): Promise<void> {
  const holds = async () => (await database.pool.query<{ ok: boolean }>(sql)).rows[0]?.ok;
  await expect.poll(holds).toBe(true);
}

/** Kills an ingest that waits for the locked `table`: after its first insert, before COMMIT. */
async function killBeforeCommit(database: Database, table: string): Promise<string> {
  const blocker = await database.pool.connect();
  try {
    await blocker.query(`begin; lock table ${table} in exclusive mode`);
    const child = ingest(database.url, 'ignore');
    await until(
      database,
      `select exists (select 1 from pg_locks l join pg_stat_activity a using (pid)
        where l.relation = '${table}'::regclass and not l.granted and a.backend_xid is not null) as ok`,
    );
    child.kill('SIGKILL');
    await finished(child);
  } finally {
    await blocker.query('rollback');
    blocker.release();
  }
  await until(
    database,
    `select not exists (select 1 from pg_stat_activity where datname = current_database()
      and pid <> pg_backend_pid() and backend_xid is not null) as ok`,
  );
  return `before COMMIT, at ${table}`;
}

/** Kills an ingest that blocks in its last line, as its FIFO is not read: after COMMIT. */
async function killAfterCommit(database: Database): Promise<string> {
  const name = path.join(folder, 'unread');
  execFileSync('mkfifo', [name]);
  const fifo = openSync(name, constants.O_RDWR | constants.O_NONBLOCK);
  const child = ingest(database.url, fifo);
  await until(database, 'select exists (select 1 from ingest_run) as ok');
  child.kill('SIGKILL');
  await finished(child);
  expect(readAll(fifo)).not.toMatch(/\n$/);
  closeSync(fifo);
  rmSync(name);
  return 'between COMMIT and the last line';
}

/** The output that is not read yet; empty if the process died before its first byte. */
function readAll(fifo: number): string {
  const buffer = Buffer.alloc(1 << 20);
  try {
    return buffer.subarray(0, readSync(fifo, buffer)).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
    throw error;
  }
}

const TABLES = LONG
  ? ['digest_revision', 'digest_entry', 'summary', 'authorship', 'paper_category', 'ingest_run']
  : ['authorship', 'ingest_run'];

describe('an ingest that is killed', () => {
  test.each(TABLES)(
    'stores nothing if it dies before COMMIT (%s), and one more run stores everything',
    async (table) => {
      const database = await openTestDatabase();
      console.log(`killed ${await killBeforeCommit(database, table)}`);
      expect((await dumpStore(database.pool)).papers).toEqual([]);
      await ingestUndisturbed(database);
      expect(await dumpStore(database.pool)).toEqual(undisturbed);
      await database.close();
    },
  );

  test.each(LONG ? [1, 2, 3, 4, 5] : [1])(
    'has stored everything if it dies after COMMIT, and one more run adds nothing (%i)',
    async () => {
      const database = await openTestDatabase();
      console.log(`killed ${await killAfterCommit(database)}`);
      expect(await dumpStore(database.pool)).toEqual(undisturbed);
      await ingestUndisturbed(database);
      expect(await dumpStore(database.pool)).toEqual(undisturbed);
      await database.close();
    },
  );
});
