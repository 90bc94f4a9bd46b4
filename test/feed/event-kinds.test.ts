import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

const EVENTS = `
  insert into feed_event (position, topic, kind, occurred_at, run_id, digest_id, paper_id, entry_id, source,
    date, arxiv_id, vector)
  values
    (1, 'PAPER', 'ADDED', now(), gen_random_uuid(), 1, 1, 1, 's', '2026-01-14', '2601.00001', 'a:1'),
    (2, 'PAPER', 'SUMMARIZED', now(), gen_random_uuid(), 1, 1, 2, 's', '2026-01-14', '2601.00001', 'a:1'),
    (3, 'PAPER', 'LISTED', now(), gen_random_uuid(), 2, 1, 3, 's', '2026-01-15', '2601.00001', 'a:1'),
    (4, 'DIGEST', 'REVISED', now(), gen_random_uuid(), 2, null, null, 's', '2026-01-15', null, null)`;

test('the migration of topics and kinds to enum types keeps all events', async () => {
  const { pool } = database;
  await pool.query('drop schema public cascade; create schema public');
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-migrations-'));
  const earlier = readdirSync('prisma/migrations').filter((name) => /^000[1-6]/.test(name));
  for (const name of earlier)
    cpSync(path.join('prisma/migrations', name), path.join(folder, name), { recursive: true });
  expect(await migrate(pool, folder)).toHaveLength(6);
  rmSync(folder, { recursive: true });
  await pool.query(EVENTS);
  await pool.query('update feed set head = 4');
  const read = async (): Promise<unknown[]> =>
    (await pool.query<object>('select e.*, e.topic::text, e.kind::text from feed_event e order by position'))
      .rows;
  const before = await read();
  await migrate(pool);
  expect(await read()).toEqual(before);
});

test.each([
  ['a digest event of the kind LISTED', `update feed_event set kind = 'LISTED' where topic = 'DIGEST'`],
  ['an unknown kind', `update feed_event set kind = 'REMOVED'`],
  ['a paper event without a paper', `update feed_event set paper_id = null`],
])('the database refuses %s', async (_what, statement) => {
  await database.pool.query(EVENTS);
  await expect(database.pool.query(statement)).rejects.toThrow(/feed_event_topic_check|event_kind/);
});
