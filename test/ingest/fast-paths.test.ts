import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transaction } from '../../src/database/transaction.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { searchVectors, type VectorTexts } from '../../src/ingest/papers/search-vectors.ts';
import { removeDigests } from '../../src/ingest/remove-digests.ts';
import { upgradeStore } from '../../src/ingest/upgrade-store.ts';
import { searchDocument } from '../../src/search/search-text.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { createRandom } from '../support/random.ts';
import { dumpStore } from '../support/store-dump.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const random = createRandom(7);
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

// Words of all kinds of tokens that Postgres knows, and characters that separate words.
const PIECES = `the of running runs LLMs GAs GPT-4.1 3e5 1e 2E10 007 4 1,000.5 x_1 naïve Ångström β Δ α-helix don't
  state-of-the-art https://example.org/a?b=c a@b.org <b>bold</b> &amp; $O(n^2)$ \\alpha हिन्दी عربي Привет ελληνικά
  大模型 強化學習 カメラ ｶﾞｷﾞ 한국어 模型的 的 ’s  S end ends ½ ² ⅷ ﬁne İstanbul ß 𝒳 e\u0301 \u0301 ' " : ; a1b2c3 --- ...`;
const WORDS = [...PIECES.split(/\s+/), '\n', ' ', 'x'.repeat(70), 'y'.repeat(3_000)];
const text = (most: number): string =>
  Array.from({ length: Math.floor(random() * most) }, () => pick(WORDS)).join(pick([' ', ' ', '', '\n']));

describe('a search vector that is written as a literal equals that of Postgres', () => {
  const texts = (id: number, most: number): VectorTexts => ({
    id,
    arxivId: `2601.${10_000 + id}`,
    title: text(12),
    abstract: text(most),
    summaries: Array.from({ length: Math.floor(random() * 3) }, () => [
      { label: 'TL;DR', text: text(most) },
      { label: 'Method', text: pick([null, text(most)]) },
    ]),
  });
  const repeated = (id: number, word: string, times: number): VectorTexts => ({
    ...texts(id, 5),
    abstract: word.repeat(times),
  });

  test.each([
    ['short texts', Array.from({ length: 150 }, (_, id) => texts(id, 40))],
    ['long texts', Array.from({ length: 10 }, (_, id) => texts(id, 3_000))],
    [
      'texts near the limits of a vector',
      [199, 200, 201, 254, 255, 256, 8_000, 16_000, 16_400].flatMap((times, index) =>
        ['model ', '模', 'the ', '1 '].map((word, at) => repeated(10 * index + at, word, times)),
      ),
    ],
  ])('for %s', async (_what, all) => {
    await transaction(database.pool, async (tx) => {
      const made = await tx.query<object>`
        select id, vector::text, clipped from ${await searchVectors(tx, all)} made order by id`;
      const documents = all.map(({ id, arxivId, title, abstract, summaries }) => {
        const parts = summaries.flat().flatMap((part) => (part.text?.trim() ? [part] : []));
        const printed = (wanted: boolean): string[] => [
          ...new Set(parts.flatMap((part) => ((part.label === 'TL;DR') === wanted ? [part.text ?? ''] : []))),
        ];
        const { words, lexemes } = searchDocument({
          arxivId,
          title,
          abstract,
          tldrs: printed(true),
          parts: printed(false),
        });
        return { id, ...words, lexemes };
      });
      const expected = await tx.query<object>`
        select id, vector::text, exists (
          select 1 from unnest(vector) u where cardinality(u.positions) >= 255 or 16383 = any(u.positions)
        ) as clipped
        from (
          select id, setweight(to_tsvector('english', "A"), 'A') || setweight(to_tsvector('english', "B"), 'B')
            || setweight(to_tsvector('english', "C"), 'C') || setweight(to_tsvector('english', "D"), 'D')
            || lexemes::tsvector as vector
          from jsonb_to_recordset(${JSON.stringify(documents)}::jsonb)
            as n(id int, "A" text, "B" text, "C" text, "D" text, lexemes text)
        ) made order by id`;
      expect(made).toEqual(expected);
    });
  });
});

/** Records of papers, a few of which appear twice, with names and texts of all kinds. */
function records(from: number, count: number): Record<string, unknown>[] {
  const numbers = Array.from({ length: count }, (_, n) => from + n);
  return [...numbers, ...numbers.filter(() => random() < 0.05)].map((n) =>
    jsonRecord(`2601.${10_000 + n}`, {
      title: text(10) || 'x',
      summary: text(60),
      authors: Array.from({ length: Math.floor(random() * 5) }, () => pick(['Ada Park', 'ada park', ' ', text(3) || 'B'])),
      categories: [...new Set([pick(['cs.CV', 'cs.CL', 'math.NT']), pick(['cs.LG', 'cs.XY', 'Primary 68T07'])])],
      ...(random() < 0.3 && { code_url: 'https://example.org/code', code_stars: 3 }),
      ...(random() < 0.2 && { AI: { tldr: 'Summary generation failed', motivation: 'Error' } }),
    }),
  ); // prettier-ignore
}

describe('a store that was written in one pass', () => {
  const day = (n: number): string => `2026-01-1${n}_AI_enhanced_Chinese.jsonl`;

  test('has the contents that all papers have when they are computed again', async () => {
    const { pool } = database;
    // Days that share papers, a revision, and a removal.
    for (const [index, from] of [0, 50, 100, 30].entries())
      await ingestFile(pool, textFile(day(index), jsonl(...records(from, 80))));
    await ingestFile(pool, textFile(day(1), jsonl(...records(60, 75))));
    await removeDigests(database, { source: 'test', date: '2026-01-12' });
    const expected = await dumpStore(pool);
    await pool.query('update paper_search set version = 0');
    await upgradeStore(pool);
    expect(await dumpStore(pool)).toEqual(expected);
  });

  test('has counters that equal those of a count', async () => {
    const { rows } = await database.pool.query<object>(`
      select name, paper_count, n from author a cross join lateral (
        select count(distinct paper_id)::int as n from authorship k where k.author_id = a.id) c where n <> paper_count
      union all
      select code, paper_count, n from category a cross join lateral (
        select count(*)::int as n from paper_category k where k.category_id = a.id) c where n <> paper_count
      union all
      select 'a day', sum(papers), (select sum(cardinality(days)) from paper) from paper_count where kind = 'DAY'
        having sum(papers) <> (select sum(cardinality(days)) from paper)
      union all
      select 'all', papers, (select count(*) from paper) from paper_count
        where kind = 'PAPER' and papers <> (select count(*) from paper)`);
    expect(rows).toEqual([]);
  });
});

describe('a file that is read ahead', () => {
  const file = textFile('2026-02-01_AI_enhanced_Chinese.jsonl', jsonl(jsonRecord('2602.00001')), 'ahead');

  test('locks nothing until its turn, and is stored then', async () => {
    const { pool } = database;
    let isRead = (): void => {};
    const read = new Promise<void>((resolve) => (isRead = resolve));
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const turn = async (): Promise<void> => {
      isRead();
      await begun;
    };
    const ahead = ingestFile(pool, file, { turn });
    await read;
    const other = textFile('2026-02-02_AI_enhanced_Chinese.jsonl', jsonl(jsonRecord('2602.00001')), 'ahead');
    expect(await ingestFile(pool, other)).toMatchObject({ status: 'STORED', papersAdded: 1 });
    begin();
    // The paper was new when the file was read, and is not new now.
    expect(await ahead).toMatchObject({ status: 'STORED', papersAdded: 0 });
  });

  test('is not stored or recorded if its turn does not come', async () => {
    const { pool } = database;
    const before = await dumpStore(pool);
    const turn = async (): Promise<void> => await Promise.reject(new Error('no turn'));
    const empty = textFile('2026-02-03.jsonl', '', 'ahead');
    const refused = textFile('2026-02-03.jsonl', '{"id": 1}\n', 'ahead');
    const { rows: runs } = await pool.query<object>('select id from ingest_run');
    for (const each of [file, empty, refused])
      await expect(ingestFile(pool, each, { turn })).rejects.toThrow('no turn');
    expect(await dumpStore(pool)).toEqual(before);
    expect((await pool.query<object>('select id from ingest_run')).rows).toHaveLength(runs.length);
  });
});
