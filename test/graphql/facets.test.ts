import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { generateModel, insertModel, NAMES, type ModelPaper } from '../support/generated-store.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { nodeId } from '../../src/reads/paging/node-id.ts';

const model = generateModel({ seed: 23, papers: 300, authors: 50, days: 40 });
let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(database.pool, model);
  query = queryOf(database);
});
afterAll(async () => await database.close());

interface Value {
  value: string;
  count: number;
}

interface Facets {
  categories: Value[];
  authors: Value[];
  sources: Value[];
  languages: Value[];
  withCode: number;
  withSummary: number;
  day: { start: string; count: number }[];
  week: { start: string; count: number }[];
  month: { start: string; count: number }[];
}

const FACETS = `facets {
  categories(first: 100) { value count } authors(first: 100) { value count } sources { value count }
  languages { value count } withCode withSummary
  day: timeline { start count }
    week: timeline(interval: WEEK) { start count } month: timeline(interval: MONTH) { start count }
}`;

const current = (paper: ModelPaper) => paper.entries.filter((entry) => entry.current);

/** The number of papers that have each value. */
function tally(
  papers: readonly ModelPaper[],
  valuesOf: (paper: ModelPaper) => readonly string[],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const paper of papers)
    for (const value of new Set(valuesOf(paper))) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const asRecord = (values: readonly Value[]) =>
  Object.fromEntries(values.map(({ value, count }) => [value, count]));
const nonZero = (buckets: Facets['day']) =>
  Object.fromEntries(buckets.filter(({ count }) => count > 0).map(({ start, count }) => [start, count]));

function monday(day: string): string {
  const date = new Date(day);
  while (date.getUTCDay() !== 1) date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}

/** Of the model's languages, zh covers zh-Hant. */
const covering = (language: string | null) => {
  if (language === null) return [];
  return language === 'zh-Hant' ? ['zh-Hant', 'zh'] : [language];
};

function expectCounts(facets: Facets, papers: readonly ModelPaper[]): void {
  const days = (paper: ModelPaper) => current(paper).map(({ digest }) => digest.date);
  expect(asRecord(facets.categories)).toEqual(tally(papers, ({ categories }) => categories));
  expect(asRecord(facets.authors)).toEqual(
    tally(papers, ({ authors }) => authors.map((name) => nodeId('Author', name))),
  );
  expect(asRecord(facets.sources)).toEqual(
    tally(papers, (paper) => current(paper).map(({ digest }) => digest.source)),
  );
  expect(asRecord(facets.languages)).toEqual(
    tally(papers, (paper) => current(paper).flatMap(({ digest }) => covering(digest.language))),
  );
  expect(facets.withCode).toBe(papers.filter(({ codeUrl }) => codeUrl !== null).length);
  const hasText = (paper: ModelPaper) =>
    current(paper).some(({ status }) => status === 'COMPLETE' || status === 'PARTIAL');
  expect(facets.withSummary).toBe(papers.filter(hasText).length);
  expect(nonZero(facets.day)).toEqual(tally(papers, days));
  expect(nonZero(facets.week)).toEqual(tally(papers, (paper) => days(paper).map(monday)));
  expect(nonZero(facets.month)).toEqual(
    tally(papers, (paper) => days(paper).map((day) => `${day.slice(0, 7)}-01`)),
  );
}

describe('facets', () => {
  test('count all papers, from the counters of ingests', async () => {
    const { data, statements } = await query<{ papers: { facets: Facets; totalCount: number } }>(
      `{ papers(first: 0) { totalCount ${FACETS} } }`,
    );
    expectCounts(data.papers.facets, model.papers);
    expect(data.papers.totalCount).toBe(model.papers.length);
    expect(statements.map(({ name }) => name).toSorted()).toEqual([
      'Query.papers',
      'Query.papers.facets',
      'storeVersion',
    ]);
  });

  test('count the papers of a filter, of an author and of a category', async () => {
    const name = NAMES[0] ?? '';
    const { data } = await query<
      Record<'papers', { facets: Facets }> & Record<'author' | 'category', { papers: { facets: Facets } }>
    >(
      `query ($name: String!) { papers(filter: {hasCode: true}) { ${FACETS} }
        author(by: {name: $name}) { papers { ${FACETS} } }
        category(by: {code: "cs.CV"}) { papers(filter: {not: {hasCode: true}}) { ${FACETS} } } }`,
      { name },
    );
    expectCounts(
      data.papers.facets,
      model.papers.filter(({ codeUrl }) => codeUrl !== null),
    );
    expectCounts(
      data.author.papers.facets,
      model.papers.filter(({ authors }) => authors.includes(name)),
    );
    expectCounts(
      data.category.papers.facets,
      model.papers.filter(({ categories, codeUrl }) => categories.includes('cs.CV') && codeUrl === null),
    );
  });

  test('of many parents are one statement', async () => {
    const { data, statements } = await query<{
      authors: { nodes: { name: string; papers: { facets: Facets } }[] };
    }>(`{ authors(first: 20) { nodes { name papers(filter: {categories: ["cs.*"]}) { ${FACETS} } } } }`);
    expect(statements.map(({ name }) => name)).toEqual([
      'storeVersion',
      'Query.authors',
      'Author.papers.facets',
    ]);
    for (const { name, papers } of data.authors.nodes)
      expectCounts(
        papers.facets,
        model.papers.filter(
          ({ authors, categories }) =>
            authors.includes(name) && categories.some((code) => code.startsWith('cs.')),
        ),
      );
  });

  test('are computed only if they are selected', async () => {
    const { data, errors, statements } = await query(
      `query ($no: Boolean = false) { papers { totalCount one: facets { ... @include(if: $no) { withCode } }
        two: facets { __typename withCode @include(if: $no) } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ papers: { one: {}, two: { __typename: 'PaperFacets' } } });
    expect(statements.map(({ name }) => name)).toEqual(['storeVersion', 'Query.papers']);
  });

  test('return the requested number of most frequent values', async () => {
    const { data } = await query<{ papers: { all: Facets; top: Facets } }>(
      `{ papers(filter: {hasCode: true}) {
        all: facets { categories { value count } } top: facets { categories(first: 2) { value count } } } }`,
    );
    expect(data.papers.top.categories).toEqual(data.papers.all.categories.slice(0, 2));
    const counts = data.papers.all.categories.map(({ count }) => count);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });

  test('sort values of equal count by name, wherever the list is cut', async () => {
    const names = ({ authors }: ModelPaper) => authors;
    const expected = (first: number) =>
      Object.entries(tally(model.papers, names))
        .toSorted(([a, papers], [b, others]) => others - papers || (a < b ? -1 : 1))
        .slice(0, first)
        .map(([name, count]) => ({ value: nodeId('Author', name), count }));
    for (let first = 0; first <= model.authors.length; first++) {
      // Facets of all papers read the counters, those of a filter count the papers.
      const { data } = await query<Record<'counted' | 'scanned', { facets: Facets }>>(
        `query ($first: Int!) { counted: papers { ...F } scanned: papers(filter: {and: []}) { ...F } }
          fragment F on PaperConnection { facets { authors(first: $first) { value count } } }`,
        { first },
      );
      expect(data.counted.facets.authors).toEqual(expected(first));
      expect(data.scanned.facets.authors).toEqual(expected(first));
    }
  });

  test('have values that a filter accepts, with which it finds the same number of papers', async () => {
    const { data } = await query<{ papers: { facets: Facets } }>(
      `{ papers(filter: {hasCode: true}) { facets {
        categories { value count } authors(first: 5) { value count }
        sources { value count } languages { value count } } } }`,
    );
    const fields = {
      categories: 'categories',
      authors: 'authorIds',
      sources: 'sources',
      languages: 'languages',
    } as const;
    for (const [facet, field] of Object.entries(fields) as [keyof typeof fields, string][])
      for (const { value, count } of data.papers.facets[facet]) {
        const found = await query<{ papers: { totalCount: number } }>(
          'query ($f: PaperFilter) { papers(filter: $f) { totalCount } }',
          { f: { hasCode: true, and: [{ [field]: [value] }] } },
        );
        expect(found.data.papers.totalCount).toBe(count);
      }
  });
});

describe('a timeline', () => {
  const timeline = async (args: string, filter = '') => {
    const { data, errors } = await query<{
      papers: { facets: { timeline: { start: string; count: number }[] } | null };
    }>(`{ papers ${filter} { facets { timeline(${args}) { start count } } } }`);
    return { buckets: data.papers.facets?.timeline, errors: errors?.map(({ extensions }) => extensions) };
  };
  const starts = (buckets: { start: string }[] | undefined) => buckets?.map(({ start }) => start);

  test('shows days without papers as 0, between the requested dates', async () => {
    const { buckets } = await timeline('dates: {from: "2024-12-30", to: "2025-01-01"}');
    expect(starts(buckets)).toEqual(['2024-12-30', '2024-12-31', '2025-01-01']);
    expect(buckets?.slice(0, 2).map(({ count }) => count)).toEqual([0, 0]);
  });

  test('takes its dates from the filter if it has none of its own', async () => {
    const { buckets } = await timeline(
      'interval: DAY',
      '(filter: {digestDates: {from: "2025-01-03", to: "2025-01-05"}})',
    );
    expect(starts(buckets)).toEqual(['2025-01-03', '2025-01-04', '2025-01-05']);
  });

  test('counts only papers within the dates in a week that they cut', async () => {
    const dates = '{from: "2025-01-08", to: "2025-01-09"}';
    for (const filter of ['', '(filter: {and: []})', '(filter: {not: {arxivIds: ["none"]}})']) {
      const { buckets } = await timeline(`interval: WEEK, dates: ${dates}`, filter);
      const inside = model.papers.filter((paper) =>
        current(paper).some(({ digest }) => digest.date === '2025-01-08' || digest.date === '2025-01-09'),
      );
      expect(buckets).toEqual([{ start: '2025-01-06', count: inside.length }]);
    }
  });

  test('has at most 1,000 buckets', async () => {
    const days = await timeline('dates: {from: "2020-01-01", to: "2025-01-01"}');
    expect(days).toEqual({
      buckets: undefined,
      errors: [{ code: 'BAD_USER_INPUT', argument: ['timeline', 'dates'] }],
    });
    const { buckets } = await timeline(
      'interval: DAY',
      '(filter: {or: [{}], digestDates: {from: "2020-01-01", to: "2025-01-01"}})',
    );
    expect(buckets).toHaveLength(1_000);
    expect(buckets?.at(-1)?.start).toBe('2025-01-01');
    expect(
      (await timeline('interval: MONTH, dates: {from: "2020-01-01", to: "2025-01-01"}')).buckets,
    ).toHaveLength(61);
  });

  test('is BAD_USER_INPUT if its dates end before they start', async () => {
    const { errors } = await timeline('dates: {from: "2025-01-02", to: "2025-01-01"}');
    expect(errors).toEqual([{ code: 'BAD_USER_INPUT', argument: ['timeline', 'dates'] }]);
  });
});

test('facets and related papers that take too long are null, the rest of the answer is not', async () => {
  await database.pool.query(`
    create table slow as select * from paper_term;
    drop table paper_term;
    create function wait() returns boolean language plpgsql volatile
      as $$ begin perform pg_sleep(60); return true; end $$;
    create view paper_term as select * from slow where wait()`);
  const hurried = queryOf(database, { slowMs: 1 });
  const { data, errors } = await hurried(
    `{ papers(first: 1, filter: {hasCode: true}) {
      totalCount facets { authors { count } timeline { count } } nodes { related { score } } } }`,
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    papers: { totalCount: expect.any(Number) as number, facets: null, nodes: [{ related: null }] },
  });
});
