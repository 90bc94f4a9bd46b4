import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { eventVector } from '../../src/events/event-vectors.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { removeDigests } from '../../src/ingest/remove-digests.ts';
import { upgradeStore } from '../../src/ingest/upgrade-store.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { generateModel, insertModel } from '../support/generated-store.ts';
import { dumpStore } from '../support/store-dump.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

describe('a store of an earlier version', () => {
  test('has the contents of a new store after the upgrade', async () => {
    const { pool } = database;
    const records = Array.from({ length: 1_200 }, (_, n) =>
      jsonRecord(`2601.${10_000 + n}`, { title: `On Numbers like ${n}` }),
    );
    await ingestFile(pool, textFile('2026-01-15_AI_enhanced_Chinese.jsonl', jsonl(...records)));
    const expected = await dumpStore(pool);
    // The state after migration 0002 of a store that 0001 created.
    await pool.query(`
      update paper set source_ids = null, languages = null, days = null, has_summary = default;
      delete from paper_search; delete from paper_term; delete from paper_count;
      update feed_event set version = 0`);
    await Promise.all([upgradeStore(pool), upgradeStore(pool)]);
    expect(await dumpStore(pool)).toEqual(expected);
    const { rows } = await pool.query<object>(
      `select version from feed_event where topic = 'PAPER' and version = 0`,
    );
    expect(rows).toEqual([]);
  });

  test('has papers indexed again that were indexed by earlier rules', async () => {
    const { pool } = database;
    const records = [jsonRecord('2601.00001'), jsonRecord('2601.00002', { title: '데이터 강화 학습' })];
    await ingestFile(pool, textFile('2026-01-15_AI_enhanced_Chinese.jsonl', jsonl(...records)));
    const expected = await dumpStore(pool);
    await pool.query(`update paper_search set version = version - 1, vector = '', clipped = true`);
    await upgradeStore(pool);
    expect(await dumpStore(pool)).toEqual(expected);
  });

  test('has events that match the searches for their papers, except papers revised since', async () => {
    const { pool } = database;
    const name = '2026-01-15_AI_enhanced_Chinese.jsonl';
    const [kept, gone] = [jsonRecord('2601.00001', { title: 'On LLMs' }), jsonRecord('2601.00002')];
    await ingestFile(pool, textFile(name, jsonl(kept, gone)));
    await ingestFile(pool, textFile(name, jsonl(kept, jsonRecord('2601.00002', { title: 'Revised' }))));
    const sql = `select position, ${eventVector.text}::text as vector, clipped, version
      from feed_event d order by position`;
    const { rows: expected } = await pool.query<{ vector: string | null }>(sql);
    await pool.query(`update feed_event set version = 0, vector = '', clipped = true where topic = 'PAPER'`);
    await upgradeStore(pool);
    const { rows } = await pool.query<{ vector: string | null }>(sql);
    const earlier = expected.findIndex(({ vector }) => vector?.includes("'=2601.00002'"));
    expect(rows).toEqual(
      expected.map((row, index) => (index === earlier ? { ...row, vector: '', clipped: true } : row)),
    );
    expect(expected.filter(({ vector }) => vector !== null)).toHaveLength(3);
  });

  /** Restores the state of the store after the first migrations. */
  const beginAgain = async (...migrations: string[]): Promise<void> => {
    await database.pool.query('drop schema public cascade; create schema public');
    const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-migrations-'));
    for (const name of migrations)
      cpSync(path.join('prisma/migrations', name), path.join(folder, name), { recursive: true });
    await migrate(database.pool, folder);
    rmSync(folder, { recursive: true });
  };

  test('knows the names of ingested files after the migration', async () => {
    const { pool } = database;
    await beginAgain('0001_papers', '0002_search', '0003_feed', '0004_title_prefix');
    const run = `insert into ingest_run (id, started_at, origin, status, digest_id, duration_ms, entries,
      papers_added, papers_revised, summaries_added, unchanged, rejected)
      select gen_random_uuid(), $1, $2, $3::ingest_status, 1, 50, 1, 0, 0, 0, 0, 0`;
    await pool.query(`
      insert into source (id, name) values (1, 'me/digests');
      insert into digest (id, source_id, date, language) values (1, 1, '2026-01-15', 'zh');
      insert into digest_revision (digest_id, revision, form, sha256, ingested_at) values
        (1, 1, 'JSONL', 'a', '2026-01-15T10:00:00.010Z'),
        (1, 1, 'MARKDOWN', 'b', '2026-01-15T10:00:00.070Z')`);
    const url = 'https://example.org/data/2026-01-15_AI_enhanced_Chinese.jsonl.gz';
    await pool.query(run, ['2026-01-15T10:00:00.000Z', url, 'PARTIAL']);
    await pool.query(run, ['2026-01-15T10:00:00.060Z', '2026-01-15.md', 'STORED']);
    await pool.query(run, ['2026-01-15T10:00:00.070Z', 'again.md', 'UNCHANGED']);
    await migrate(pool);
    expect(
      (await pool.query('select form, file_name, written_in from digest_revision order by id')).rows,
    ).toEqual([
      { form: 'JSONL', file_name: '2026-01-15_AI_enhanced_Chinese.jsonl', written_in: null },
      { form: 'MARKDOWN', file_name: '2026-01-15.md', written_in: null },
    ]);
  });

  test('sorts long titles by the same number of characters as new ones after the migration', async () => {
    const { pool } = database;
    await beginAgain('0001_papers', '0002_search', '0003_feed');
    const title = 'ö'.repeat(2_000);
    const columns = 'arxiv_id, arxiv_order, title, title_folded, abstract, first_digest_date';
    await pool.query(`insert into paper (${columns}) values ('2601.00001', 'a', $1, $1, '', '2026-01-15')`, [
      title,
    ]);
    await upgradeStore(pool);
    const { rows } = await pool.query<object>('select title, title_folded from paper');
    expect(rows).toEqual([{ title, title_folded: 'ö'.repeat(500) }]);
  });

  test('has the words of its authors’ names filled in by the migration', async () => {
    const { pool } = database;
    await beginAgain('0001_papers');
    await pool.query(
      `insert into author (name, name_folded) values ('J.-P. O''Neil', 'j.-p. o''neil'), ('Li', 'li')`,
    );
    await upgradeStore(pool);
    const { rows } = await pool.query<{ words: string }>(
      'select name_words as words from author order by name',
    );
    expect(rows.map(({ words }) => words)).toEqual([' j p o neil ', ' li ']);
  });
});

describe('the counters of values', () => {
  /** The expected counters, from the facts alone. */
  const recount = async () => {
    const { rows } = await database.pool.query<{ kind: string; value: string; papers: number }>(`
      with entry as (
        select e.paper_id, d.source_id, d.date, d.language, m.entry_id is not null as has_text
        from digest_entry e join digest d on d.id = e.digest_id
          left join summary m on m.entry_id = e.id and m.status <> 'FAILED'
        where e.current
      )
      select kind, value, count(distinct paper_id)::int as papers from (
        select id as paper_id, 'PAPER' as kind, '' as value from paper
        union all select id, 'CODE', '' from paper where code_url is not null
        union all select paper_id, 'SUMMARY', '' from entry where has_text
        union all select paper_id, 'SOURCE', source_id::text from entry
        union all select paper_id, 'LANGUAGE', language from entry where language is not null
        union all select paper_id, 'LANGUAGE', split_part(language, '-', 1) from entry
          where language like '%-%'
        union all select paper_id, 'DAY', date::text from entry
        union all select paper_id, 'WEEK', date_trunc('week', date::timestamp)::date::text from entry
        union all select paper_id, 'MONTH', date_trunc('month', date::timestamp)::date::text from entry
      ) each group by kind, value order by kind, value`);
    return rows;
  };
  const counted = async () => {
    const sql = 'select kind, value, papers from paper_count order by kind, value';
    return (await database.pool.query<object>(sql)).rows;
  };

  test('are correct after digests are added, revised, merged and removed', async () => {
    const { pool } = database;
    const check = async () => expect(await counted()).toEqual(await recount());
    const chinese = '一个关于强化学习的方法，我们提出了新的模型。';
    const records = (ids: readonly number[], change: object = {}) =>
      jsonl(...ids.map((n) => jsonRecord(`2601.0000${n}`, { AI: { tldr: chinese + n }, ...change })));
    await ingestFile(pool, textFile('2026-01-15_AI_enhanced_Chinese.jsonl', records([1, 2, 3])));
    await check();
    await ingestFile(
      pool,
      textFile(
        '2026-01-15_AI_enhanced_Chinese.jsonl',
        records([2, 3, 4], { code_url: 'https://example.org/x' }),
      ),
    );
    await check();
    await ingestFile(
      pool,
      textFile('2026-02-01_AI_enhanced_zh-Hant.jsonl', records([1, 2], { AI: { tldr: 'Error' } })),
    );
    await check();
    await ingestFile(pool, textFile('2026-02-02.jsonl', records([1]), 'other'));
    await ingestFile(pool, textFile('2026-02-02_AI_enhanced_English.jsonl', records([1]), 'other'));
    await check();
    expect(await counted()).toContainEqual({ kind: 'LANGUAGE', value: 'en', papers: 1 });
    await removeDigests(database, { source: 'test', date: '2026-01-15' });
    await check();
    await removeDigests(database, { source: 'test' });
    await removeDigests(database, { source: 'other' });
    expect(await counted()).toEqual([]);
  });

  test('are filled in for a store that is older than the counters', async () => {
    await insertModel(database.pool, generateModel({ seed: 5, papers: 700, authors: 30, days: 20 }));
    expect(await counted()).toEqual(await recount());
  });
});
