import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PaperFilter } from '../../src/reads/filters/paper-filter.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { LONG } from '../support/long.ts';
import { createRandom } from '../support/random.ts';
import { difference, expectRecall, expectStems, type Searched } from '../support/recall.ts';
import {
  CATEGORIES,
  generateCorpus,
  ingestCorpus,
  textsOf,
  type CorpusPaper,
} from '../support/search-corpus.ts';
import { combine, SEARCHES } from '../support/search-truth.ts';
import { walk } from '../support/walk.ts';
import { nodeId } from '../../src/reads/paging/node-id.ts';

const corpus = generateCorpus(20_261_124, LONG ? 12_000 : 1_200);
let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await ingestCorpus(database.pool, corpus);
  await database.pool.query('vacuum analyze');
  query = queryOf(database);
});
afterAll(async () => await database.close());

async function find(
  filter: PaperFilter,
  how: { order?: string; size?: number; backward?: boolean } = {},
): Promise<string[]> {
  const { order = 'NEWEST', size = 100, backward = false } = how;
  const nodes = await walk<{ arxivId: string }>(query, {
    field: `papers(filter: $filter, orderBy: ${order}, `,
    select: 'arxivId',
    declare: '$filter: PaperFilter',
    variables: { filter },
    size,
    backward,
  });
  return nodes.map(({ arxivId }) => arxivId);
}

describe(`over ${corpus.length} papers, a search`, () => {
  const searched: Searched[] = corpus.map((paper) => ({ arxivId: paper.arxivId, texts: textsOf(paper) }));
  const search = async (text: string) => await find({ search: text });

  test('for a run of Han characters finds all papers that contain it, and hardly any others', async () => {
    await expectRecall(searched, search);
  });

  test('for an English word finds what Postgres finds, and others only by parts of words', async () => {
    await expectStems(database.pool, searched, search);
  });

  test.each(SEARCHES)('for %s finds the same papers as a scan of all texts', async (text, holds) => {
    const expected = corpus.filter(holds).map(({ arxivId }) => arxivId);
    expect(expected.length).toBeGreaterThan(0);
    expect(difference(await search(text), expected)).toEqual([]);
  });

  test('for any text is answered, or is BAD_USER_INPUT with a position', async () => {
    const sign = fc.constantFrom(
      ...Array.from(`"“”()-:*&|!<>'\\%_$^{}~@#?\0 `),
      ' OR ',
      'author:',
      'title:',
      'category:',
      '学',
      'the',
      '\uD800',
      '💡',
      'é',
      '’',
    );
    const text = fc
      .array(fc.oneof(sign, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 25 })
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const { errors } = await query(
          `query ($f: PaperFilter) {
            papers(first: 2, filter: $f) { totalCount edges { score highlights { text } } } }`,
          {
            f: { search: given },
          },
        );
        for (const { extensions } of errors ?? []) {
          expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: ['filter', 'search'] });
          expect(extensions?.['position']).toBeGreaterThanOrEqual(0);
          expect(extensions?.['position']).toBeLessThanOrEqual(given.length);
        }
      }),
      { numRuns: LONG ? 400 : 100, seed: 20_261_124 },
    );
  });
});

/** Random filters that each match 5 to 80 of a hundred papers. */
const FILTERS = (() => {
  const random = createRandom(7);
  const found: { filter: PaperFilter; matching: CorpusPaper[] }[] = [];
  while (found.length < 50) {
    const { filter, holds } = combine(random);
    const matching = corpus.filter(holds);
    if (matching.length >= 0.05 * corpus.length && matching.length <= 0.8 * corpus.length)
      found.push({ filter, matching });
  }
  return found;
})();

describe('fifty random filters, each of 5 to 80 of a hundred papers,', () => {
  interface Value {
    value: string;
    count: number;
  }

  test('have the same facets as a count over all papers', async () => {
    for (const { filter, matching } of FILTERS) {
      const { data, errors } = await query<{
        papers: {
          totalCount: number;
          facets: Record<string, Value[] & { start: string; count: number }[]> &
            Record<'withCode' | 'withSummary', number>;
        };
      }>(
        `query ($f: PaperFilter) { papers(first: 0, filter: $f) { totalCount facets {
          categories(first: 100) { value count } authors(first: 10) { value count }
        sources { value count } languages { value count }
          withCode withSummary week: timeline(interval: WEEK) { value: start count } } } }`,
        { f: filter },
      );
      expect(errors).toBeUndefined();
      const { totalCount, facets } = data.papers;
      expect(totalCount).toBe(matching.length);
      expect(record(facets['categories'])).toEqual(tally(matching, ({ categories }) => categories));
      expect(record(facets['sources'])).toEqual(
        tally(matching, ({ entries }) => entries.map(({ source }) => source)),
      );
      expect(record(facets['languages'])).toEqual(
        tally(matching, ({ entries }) => entries.map(({ language }) => language)),
      );
      expect(record(facets['week']?.filter(({ count }) => count > 0))).toEqual(
        tally(matching, ({ entries }) => entries.map(({ date }) => monday(date))),
      );
      expect(facets.withCode).toBe(matching.filter(({ codeUrl }) => codeUrl !== null).length);
      expect(facets.withSummary).toBe(matching.length);
      const authors = tally(matching, (paper) => paper.authors.map((name) => nodeId('Author', name)));
      const top = Object.values(authors)
        .toSorted((a, b) => b - a)
        .slice(0, 10);
      expect(facets['authors']?.map(({ count }) => count)).toEqual(top);
      for (const { value, count } of facets['authors'] ?? []) expect(authors[value]).toBe(count);
    }
  });

  test('return the same list forward, backward and unpaged', async () => {
    const orders = ['NEWEST', 'OLDEST', 'TITLE', 'MOST_STARS'];
    for (const [index, { filter, matching }] of FILTERS.slice(0, 12).entries()) {
      const narrow = {
        and: [
          filter,
          { categories: [CATEGORIES[index % CATEGORIES.length] ?? ''] },
          { sources: ['alpha', 'epsilon'] },
        ],
      };
      const isSearching =
        JSON.stringify(filter).includes('"search"') && !JSON.stringify(filter).includes('"not"');
      const order = isSearching ? 'RELEVANCE' : (orders[index % orders.length] ?? 'NEWEST');
      const forward = await find(narrow, { order, size: 73 });
      expect(await find(narrow, { order, size: 41, backward: true })).toEqual(forward);
      const { data } = await query<{ papers: { nodes: { arxivId: string }[] } }>(
        `query ($f: PaperFilter) { papers(first: 100, orderBy: ${order}, filter: $f) { nodes { arxivId } } }`,
        { f: narrow },
      );
      expect(data.papers.nodes.map(({ arxivId }) => arxivId)).toEqual(forward.slice(0, 100));
      expect(new Set(forward).size).toBe(forward.length);
      const all = new Set(matching.map(({ arxivId }) => arxivId));
      expect(forward.filter((arxivId) => !all.has(arxivId))).toEqual([]);
    }
  });
});

function tally(
  papers: readonly CorpusPaper[],
  valuesOf: (paper: CorpusPaper) => readonly string[],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const paper of papers)
    for (const value of new Set(valuesOf(paper))) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function record(values: readonly { value: string; count: number }[] | undefined): Record<string, number> {
  return Object.fromEntries((values ?? []).map(({ value, count }) => [value, count]));
}

function monday(day: string): string {
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}
