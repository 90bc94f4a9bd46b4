import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { findDrift } from '../support/schema-engine.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => {
  await database.close();
});

describe('the migrated database', () => {
  test('matches schema.prisma: columns, types, nullability, keys and indexes', async () => {
    expect(await findDrift(database.url)).toBe(undefined);
  });

  test.each([
    ['an additional column', 'alter table paper add column mood text'],
    ['a missing column', 'alter table paper drop column comment'],
    ['a different type', 'alter table paper alter column code_stars type bigint'],
    ['a different nullability', 'alter table paper alter column title drop not null'],
    ['a missing index', 'drop index authorship_author_id_first_digest_date_arxiv_order_paper_id_idx'],
    ['a missing foreign key', 'alter table digest_entry drop constraint digest_entry_paper_id_fkey'],
    ['a missing unique key', 'drop index author_name_key'],
  ])('is reported as different if it has %s', async (_what, sql) => {
    await database.pool.query(sql);
    expect(await findDrift(database.url)).toMatch(/\w/);
  });

  test('has collations, checks and one raw listing per source and day, which models cannot express', async () => {
    const collated = await database.pool.query<{ column: string }>(
      `select table_name || '.' || column_name as column from information_schema.columns
       where table_schema = 'public' and collation_name = 'C' order by 1`,
    );
    expect(collated.rows.map(({ column }) => column)).toEqual([
      'author.name',
      'author.name_folded',
      'authorship.arxiv_order',
      'category.code',
      'paper.arxiv_order',
      'paper.title_folded',
      'paper_category.arxiv_order',
      'paper_term.term',
    ]);
    const checks = await database.pool.query<{ name: string }>(
      `select conname as name from pg_constraint
       where contype = 'c' and connamespace = 'public'::regnamespace order by 1`,
    );
    expect(checks.rows.map(({ name }) => name)).toEqual([
      'author_paper_count_check',
      'authorship_position_check',
      'category_paper_count_check',
      'digest_counts_check',
      'digest_entry_current_check',
      'digest_entry_position_check',
      'feed_event_position_check',
      'feed_event_topic_check',
      'feed_floor_check',
      'feed_one_check',
      'paper_category_position_check',
      'paper_count_papers_check',
    ]);
    await database.pool.query(`insert into source (name) values ('s')`);
    const raw = `insert into digest (source_id, date) select id, '2026-01-15' from source`;
    await database.pool.query(raw);
    await expect(database.pool.query(raw)).rejects.toThrow(/digest_source_id_date_language_key/);
  });
});
