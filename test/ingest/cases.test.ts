import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { IngestOptions } from '../../src/ingest/ingest-file.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestPath } from '../support/digest-files.ts';
import { dumpStore } from '../support/store-dump.ts';

// Small inputs beside the repository that once failed. Each case has its own `describe`.
const FOLDER = '../shared/cases';

/** Ingests files of the cases, one after the other. */
async function take(database: TestDatabase, files: readonly string[], options: IngestOptions = {}) {
  const reports = [];
  for (const file of files) reports.push(await ingestPath(database.pool, path.join(FOLDER, file), options));
  return reports;
}

/** "source date language: number of entries" of each stored digest. */
async function digests({ pool }: TestDatabase): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(`
    select concat_ws(' ', s.name, d.date::text, coalesce(d.language, 'raw')) || ': ' || d.entry_count as line
    from digest d join source s on s.id = d.source_id`);
  return rows.map(({ line }) => line).toSorted();
}

async function eventCount({ pool }: TestDatabase): Promise<number> {
  return (await pool.query('select 1 from feed_event')).rowCount ?? 0;
}

/**
 * Ingests the files in the given order and in reverse, twice each. Expects the same store from both orders,
 * and no change and no event from the second run.
 */
async function inEitherOrder(
  files: readonly string[],
  check: (database: TestDatabase) => Promise<void>,
  options: IngestOptions = {},
): Promise<void> {
  const stores = [];
  for (const order of [files, files.toReversed()]) {
    await using database = await openTestDatabase();
    await take(database, order, options);
    await check(database);
    const [store, events] = [await dumpStore(database.pool), await eventCount(database)];
    const again = await take(database, order, options);
    expect(again.map(({ status }) => status)).toEqual(order.map(() => 'UNCHANGED'));
    expect(await dumpStore(database.pool)).toEqual(store);
    expect(await eventCount(database)).toBe(events);
    stores.push(store);
  }
  expect(stores[1]).toEqual(stores[0]);
}

describe.skipIf(!existsSync(FOLDER))('cases (needs ../shared/cases)', () => {
  describe('ai-file-without-ai', () => {
    test('a raw listing and a file with AI text are two digests', async () => {
      const files = ['2026-01-22.jsonl', '2026-01-22_AI_enhanced_English.jsonl'];
      await inEitherOrder(
        files.map((file) => `ai-file-without-ai/${file}`),
        async (database) =>
          expect(await digests(database)).toEqual([
            'ai-file-without-ai 2026-01-22 en: 1',
            'ai-file-without-ai 2026-01-22 raw: 2',
          ]),
      );
    });
  });

  describe('suffix-with-source', () => {
    const files = ['database', 'unique'].map((suffix) => `suffix-with-source/2026-01-23_${suffix}.jsonl`);
    test.each([
      ['me/digests', { source: 'me/digests' }],
      ['suffix-with-source', {}],
    ])('two digests of %s_database and _unique', async (source, options) => {
      await inEitherOrder(
        files,
        async (database) =>
          expect(await digests(database)).toEqual([
            `${source}_database 2026-01-23 raw: 1`,
            `${source}_unique 2026-01-23 raw: 1`,
          ]),
        options,
      );
    });
  });

  describe('date-not-first-in-name', () => {
    test('takes the day from the name, and the text before it as the suffix', async () => {
      const files = ['24', '25'].map((day) => `date-not-first-in-name/recommended_2026-01-${day}.jsonl`);
      await inEitherOrder(files, async (database) =>
        expect(await digests(database)).toEqual([
          'date-not-first-in-name_recommended 2026-01-24 raw: 1',
          'date-not-first-in-name_recommended 2026-01-25 raw: 1',
        ]),
      );
    });
  });

  describe('suffix-after-language', () => {
    test('the suffix is part of the source, and the AI file and its Markdown are one digest', async () => {
      const files = ['.jsonl', '.md', ''].map((end) =>
        end === '' ? '2026-03-01_AI_enhanced_Chinese-backups.jsonl' : `2026-03-01-backups${end}`,
      );
      await inEitherOrder(
        files.map((file) => `suffix-after-language/${file}`),
        async (database) =>
          expect(await digests(database)).toEqual([
            'suffix-after-language-backups 2026-03-01 raw: 1',
            'suffix-after-language-backups 2026-03-01 zh: 1',
          ]),
      );
    });
  });

  describe('republished', () => {
    const files = ['2026-03-05.md', '2026-03-05_AI_enhanced_.jsonl'];
    const orders = [files, files.toReversed()];
    test.each(orders.flatMap((first) => orders.map((second) => [first, second] as const)))(
      'v1 as %j, then v2 as %j: one digest, revision by revision',
      async (first, second) => {
        await using database = await openTestDatabase();
        const v1 = first.map((file) => `republished/v1/me/data/${file}`);
        const v2 = second.map((file) => `republished/v2/me/data/${file}`);
        await take(database, v1);
        const reports = await take(database, v2);
        expect(reports.map(({ digest }) => [digest?.language, digest?.revision])).toEqual([
          ['und', 2],
          ['und', 3],
        ]);
        expect(await digests(database)).toEqual(['me 2026-03-05 und: 2']);
        const [store, events] = [await dumpStore(database.pool), await eventCount(database)];
        expect((await take(database, v2)).map(({ status }) => status)).toEqual(['UNCHANGED', 'UNCHANGED']);
        expect(await dumpStore(database.pool)).toEqual(store);
        expect(await eventCount(database)).toBe(events);
      },
    );
  });
});
