import type { Socket } from 'node:net';
import pg from 'pg';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';

const DAY = '2026-01-15_AI_enhanced_Chinese.jsonl';
const HELD = 42;
let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

/** Makes every COMMIT that records a run wait until the returned function is called. */
async function holdCommits(): Promise<() => Promise<void>> {
  await database.pool.query(`
    create function wait_for_test() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock_shared(${HELD}); return null; end $$;
    create constraint trigger wait_for_test after insert on ingest_run deferrable initially deferred
      for each row execute function wait_for_test()`);
  // Its own connection, which a failed test may leave open: the database is dropped nevertheless.
  const holder = new pg.Client({ connectionString: database.url });
  holder.on('error', () => {});
  await holder.connect();
  await holder.query('select pg_advisory_lock($1)', [HELD]);
  return async () => await holder.end();
}

/** A pool whose connections can be cut without the server noticing. */
function cuttable(): { pool: pg.Pool; cut: () => void } {
  const sockets: Socket[] = [];
  const pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    sockets.push((client as unknown as { connection: { stream: Socket } }).connection.stream);
  });
  onTestFinished(async () => await pool.end());
  return { pool, cut: () => sockets.forEach((socket) => socket.destroy()) };
}

/** The number of waiting statements by the kind of lock. */
async function waiting(): Promise<Record<string, number>> {
  const { rows } = await database.pool.query<{ what: string; number: number }>(
    `select wait_event as what, count(*)::int as number from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' group by wait_event`,
  );
  return Object.fromEntries(rows.map(({ what, number }) => [what, number]));
}

// The next attempt finds no run yet. It waits for the store, or for the row of the run that is being
// committed.
const STORE = { advisory: 2 };
const ROW = { advisory: 1, transactionid: 1 };

test.each([
  ['a digest', jsonl(jsonRecord('2601.00001')), STORE, { status: 'STORED', papersAdded: 1 }],
  ['an empty file', '', ROW, { status: 'UNCHANGED', papersAdded: 0 }],
  ['a refusal', 'no digest', ROW, { status: 'REFUSED', papersAdded: 0 }],
])(
  '%s whose commit is cut off and goes through later is reported once, as what it was',
  async (_what, text, tryingAgain, expected) => {
    const goOn = await holdCommits();
    const { pool, cut } = cuttable();
    const report = ingestFile(pool, textFile(DAY, text));
    await expect.poll(waiting).toEqual({ advisory: 1 });
    cut();
    await expect.poll(waiting).toEqual(tryingAgain);
    await goOn();
    expect(await report).toMatchObject(expected);
    const { rows } = await database.pool.query('select status from ingest_run');
    expect(rows).toEqual([{ status: expected.status }]);
  },
);
