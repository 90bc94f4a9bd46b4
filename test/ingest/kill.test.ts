import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord } from '../support/digest-files.ts';
import { dumpStore } from '../support/store-dump.ts';

// Bad lines make the report longer than a pipe holds: a process whose output nobody reads stands still in the middle
// of its last line, after COMMIT.
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
  await finished(ingest(database.url, 'ignore'));
  undisturbed = await dumpStore(database.pool);
  await database.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Database = Awaited<ReturnType<typeof openTestDatabase>>;

function ingest(url: string, stdout: 'ignore' | number): ChildProcess {
  const args = ['bin/papergraph.js', 'ingest', file, '--json', '--source', 'test', '--database-url', url];
  return spawn(process.execPath, args, { stdio: ['ignore', stdout, 'ignore'] });
}

async function finished(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await condition()); await sleep(10)) {
    if (Date.now() > deadline) throw new Error('the awaited state did not come');
  }
}

async function holds(database: Database, sql: string): Promise<boolean> {
  return (await database.pool.query<{ ok: boolean }>(sql)).rows[0]?.ok ?? false;
}

/** Kills an ingest that waits for `table`, which the test has locked: after its first insert, before COMMIT. */
async function killBeforeCommit(database: Database, table: string): Promise<string> {
  const blocker = await database.pool.connect();
  try {
    await blocker.query(`begin; lock table ${table} in exclusive mode`);
    const child = ingest(database.url, 'ignore');
    await until(
      async () =>
        await holds(
          database,
          `select exists (select 1 from pg_locks l join pg_stat_activity a using (pid)
            where l.relation = '${table}'::regclass and not l.granted and a.backend_xid is not null) as ok`,
        ),
    );
    child.kill('SIGKILL');
    await finished(child);
  } finally {
    await blocker.query('rollback');
    blocker.release();
  }
  await until(
    async () =>
      await holds(
        database,
        `select not exists (select 1 from pg_stat_activity where datname = current_database()
          and pid <> pg_backend_pid() and backend_xid is not null) as ok`,
      ),
  );
  return `before COMMIT, at ${table}`;
}

/** Kills an ingest that stands still in its last line, in a FIFO that nobody reads: after COMMIT. */
async function killAfterCommit(database: Database): Promise<string> {
  const name = path.join(folder, 'unread');
  execFileSync('mkfifo', [name]);
  const fifo = openSync(name, constants.O_RDWR | constants.O_NONBLOCK);
  const child = ingest(database.url, fifo);
  await until(async () => await holds(database, 'select exists (select 1 from ingest_run) as ok'));
  child.kill('SIGKILL');
  await finished(child);
  expect(readAll(fifo)).not.toMatch(/\n$/);
  closeSync(fifo);
  rmSync(name);
  return 'between COMMIT and the last line';
}

/** What has been written and not been read; nothing, where the process died before its first byte. */
function readAll(fifo: number): string {
  const buffer = Buffer.alloc(1 << 20);
  try {
    return buffer.subarray(0, readSync(fifo, buffer)).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
    throw error;
  }
}

const TABLES = ['digest_revision', 'digest_entry', 'summary', 'authorship', 'paper_category', 'ingest_run'];

describe('an ingest that is killed', () => {
  test.each(TABLES)(
    'leaves nothing behind when it dies before COMMIT (%s), and one clean run makes it good',
    async (table) => {
      const database = await openTestDatabase();
      console.log(`killed ${await killBeforeCommit(database, table)}`);
      expect((await dumpStore(database.pool)).papers).toEqual([]);
      await finished(ingest(database.url, 'ignore'));
      expect(await dumpStore(database.pool)).toEqual(undisturbed);
      await database.close();
    },
  );

  test.each([1, 2, 3, 4, 5])(
    'has stored everything when it dies after COMMIT, and one clean run adds nothing (%i)',
    async () => {
      const database = await openTestDatabase();
      console.log(`killed ${await killAfterCommit(database)}`);
      expect(await dumpStore(database.pool)).toEqual(undisturbed);
      await finished(ingest(database.url, 'ignore'));
      expect(await dumpStore(database.pool)).toEqual(undisturbed);
      await database.close();
    },
  );
});
