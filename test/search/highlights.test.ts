import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PaperFilter } from '../../src/reads/filters/paper-filter.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonRecord } from '../support/digest-files.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { ingestRecords } from '../support/live.ts';
import { createRandom } from '../support/random.ts';

const random = createRandom(48);
const word = (length: number): string =>
  Array.from({ length }, () => String.fromCodePoint(97 + Math.floor(random() * 26))).join('');

/** Words of one or two letters. */
const words = (length: number): string => {
  let text = '';
  while (text.length < length - 2) text += `${word(random() < 0.5 ? 1 : 2)} `;
  return text.trim();
};

const PAPERS = 40;
// Takes seconds, but minutes if the work grows with the product of search terms and words of the text.
const MOST_MS = 60_000;

let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  const records = Array.from({ length: PAPERS }, (_, n) =>
    jsonRecord(`2601.${10_000 + n}`, { title: 'Herbarium', summary: words(10_000) }),
  );
  await ingestRecords(database.pool, '2026-01-15_AI_enhanced_Chinese.jsonl', records);
  query = queryOf(database);
});
afterAll(async () => await database.close());

const highlighted = async (filter: PaperFilter) =>
  await query<{ papers: { edges: { highlights: { ranges: object[] }[] }[] } }>(
    `query ($filter: PaperFilter) { papers(first: 100, filter: $filter, orderBy: NEWEST) { edges {
      highlights { ranges { start } } } } }`,
    { filter },
  );

test('the highlights of a page take seconds for the largest filter of words or phrases', async () => {
  const phrases = (length: number) =>
    Array.from({ length: Math.floor(length / 8) }, () => `"${word(2)} ${word(2)}"`).join(' OR ');
  for (const wanted of [words, (length: number) => phrases(length / 1.6)]) {
    const searches = Array.from({ length: 9 }, () => ({ search: wanted(990) }));
    const began = performance.now();
    const { data, errors } = await highlighted({ or: [{ search: 'herbarium' }, ...searches] });
    expect(errors).toBeUndefined();
    expect(data.papers.edges).toHaveLength(PAPERS);
    expect(performance.now() - began).toBeLessThan(MOST_MS);
  }
});

test('a filter with more than 10,000 characters of searches is BAD_USER_INPUT', async () => {
  const searching = (length: number): PaperFilter => ({
    or: Array.from({ length }, () => ({ search: 'herbarium '.repeat(100) })),
  });
  expect((await highlighted(searching(10))).errors).toBeUndefined();
  const { errors } = await highlighted({ and: [searching(10), { not: { search: 'x' } }] });
  expect(errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'BAD_USER_INPUT', argument: ['filter'] },
  ]);
  const tooLong = await highlighted({ search: 'x'.repeat(20_000) });
  expect(tooLong.errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'BAD_USER_INPUT', argument: ['filter', 'search'], position: 1_000 },
  ]);
});
