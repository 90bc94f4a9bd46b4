import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PaperFilter } from '../../src/reads/filters/paper-filter.ts';
import { paperPath } from '../../src/reads/lists/paper-path.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  CATEGORIES,
  generateModel,
  insertModel,
  LANGUAGES,
  NAMES,
  SOURCES,
} from '../support/generated-store.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { select, type Order } from '../support/paper-model.ts';
import { walk } from '../support/walk.ts';
import { nodeId } from '../../src/reads/paging/node-id.ts';

const model = generateModel({ seed: 7, papers: 240, authors: 40, days: 8 });
let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(database.pool, model);
  query = queryOf(database);
});
afterAll(async () => await database.close());

const list = (values: readonly string[]) =>
  maybe(fc.oneof({ weight: 9, arbitrary: some(values) }, fc.constant([])));
const some = (values: readonly string[]) =>
  fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 5 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 9 });
const day = maybe(fc.integer({ min: 1, max: 9 }).map((n) => `2025-01-0${n}`));

const dates = fc
  .tuple(day, day)
  .map(([from, to]) => (from && to && from > to ? { from: to, to: from } : { from, to }));

const fields = {
  arxivIds: list([...model.papers.slice(0, 5).map(({ arxivId }) => arxivId), '2401.00001', 'none']),
  categories: list([
    ...CATEGORIES,
    'cs.*',
    'eess.*',
    'hep-th.*',
    'cs.SY',
    'cs',
    'CS.lg',
    'Machine Learning',
    'none',
    'no\0ne',
  ]),
  primaryCategories: list([...CATEGORIES, 'cs.*', 'cs.SY', 'Cs', 'machine learning', 'none']),
  authors: list([...NAMES, 'JOSE  GARCIA', 'o. lukasz', 'Author 3', 'Nobody', '']),
  authorIds: list([...NAMES.map((name) => nodeId('Author', name)), nodeId('Paper', 'Yang Liu'), 'none', '']),
  hasCode: maybe(fc.boolean()),
  digestDates: maybe(dates),
  languages: list([
    ...LANGUAGES.filter((each) => each !== null),
    'Chinese',
    '中文',
    'zh-CN',
    'zh-hans',
    'zh-Hant-TW',
    '繁體中文',
    'en-US',
    'Portuguese',
    'pt-PT',
    'Elvish',
    '',
    '%',
    '*',
  ]),
  sources: list([...SOURCES, 'none']),
  hasSummary: maybe(fc.boolean()),
};

// Few fields at a time, so that filters neither match all nor nothing.
const someFields = fc
  .subarray(Object.keys(fields) as (keyof typeof fields)[], { minLength: 1, maxLength: 2 })
  .chain((names) =>
    fc.record(Object.fromEntries(names.map((name) => [name, fields[name] as fc.Arbitrary<unknown>]))),
  );

const { filter: filters } = fc.letrec<{ filter: PaperFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    someFields as fc.Arbitrary<PaperFilter>,
    fc
      .record(
        {
          own: someFields,
          and: maybe(fc.array(tie('filter'), { maxLength: 3 })),
          or: maybe(fc.array(tie('filter'), { maxLength: 3 })),
          not: maybe(tie('filter')),
        },
        { requiredKeys: ['own'] },
      )
      .map(({ own, ...combined }) => ({ ...own, ...combined })),
  ),
}));

const orders = fc.constantFrom<Order>('NEWEST', 'OLDEST', 'TITLE', 'MOST_STARS');

async function idsOf(filter: PaperFilter, order: Order, how: { size: number; backward?: boolean }) {
  const nodes = await walk<{ arxivId: string }>(query, {
    field: 'papers(filter: $filter, orderBy: $order, ',
    select: 'arxivId',
    declare: '$filter: PaperFilter, $order: PaperOrder',
    variables: { filter, order },
    ...how,
  });
  return nodes.map(({ arxivId }) => arxivId);
}

const expected = (filter: PaperFilter, order: Order) =>
  select(model, filter, order).map(({ arxivId }) => arxivId);

/** Sets the counter of all papers, without a transaction of the server: so it renews the version itself. */
async function countAs(all: number): Promise<void> {
  await database.pool.query(`update paper_count set papers = $1 where kind = 'PAPER'`, [all]);
  await database.pool.query('update feed set version = gen_random_uuid()');
}

/** Filters by one kind of counted values, alone and with conditions that no counted set says. */
const single: readonly PaperFilter[] = [
  { sources: SOURCES.slice(0, 1) },
  { languages: ['zh'] },
  { digestDates: { from: '2025-01-03', to: '2025-01-05' } },
  { categories: ['cs.*'] },
  { primaryCategories: ['cs.*'] },
  { authors: NAMES.slice(0, 3) },
  { languages: ['zh'], sources: SOURCES.slice(0, 1), digestDates: { from: '2025-01-02' } },
  ...[true, false].flatMap((each) => [
    { languages: ['zh'], hasSummary: each },
    { sources: SOURCES.slice(0, 1), hasCode: each },
    { and: [{ languages: ['zh'] }, { sources: SOURCES.slice(0, 1) }], hasSummary: each },
  ]),
];

const refused = async (filter: unknown) => {
  const { errors } = await query(`query ($f: PaperFilter) { papers(filter: $f) { totalCount } }`, {
    f: filter,
  });
  return errors?.map(({ extensions }) => extensions);
};

const objects = (count: number) => ({
  and: Array.from({ length: count - 1 }, () => ({ hasCode: true })),
});
const levels = (count: number): object => (count === 1 ? { hasCode: true } : { not: levels(count - 1) });
const values = (count: number) => ({ or: [{}, { sources: Array.from({ length: count }, String) }] });

describe('a PaperFilter', () => {
  test('matches by its rules, whatever its content, and `not` matches all other papers', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const ids = await idsOf(filter, 'NEWEST', { size: 100 });
        expect(ids).toEqual(expected(filter, 'NEWEST'));
        const others = await idsOf({ not: filter }, 'NEWEST', { size: 100 });
        expect([...ids, ...others].toSorted()).toEqual(model.papers.map(({ arxivId }) => arxivId).toSorted());
        if (ids.length > 0 && others.length > 0) found++;
      }),
      { numRuns: 200, seed: 20_260_601 },
    );
    expect(found).toBeGreaterThan(100);
  });

  test('returns the same list forward and backward, in any order and with pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(filters, orders, fc.integer({ min: 7, max: 60 }), async (filter, order, size) => {
        const ids = expected(filter, order);
        expect(await idsOf(filter, order, { size })).toEqual(ids);
        expect(await idsOf(filter, order, { size, backward: true })).toEqual(ids);
      }),
      { numRuns: 60, seed: 20_260_602 },
    );
  });

  test('returns the same list if its pages are walked and if they are read of a set', async () => {
    try {
      // The sides are chosen by the counter of all papers: against one, each filter is frequent; against many, rare.
      for (const all of [1, 1_000_000_000]) {
        await countAs(all);
        await fc.assert(
          fc.asyncProperty(filters, orders, async (filter, order) => {
            expect(await idsOf(filter, order, { size: 30 })).toEqual(expected(filter, order));
          }),
          { numRuns: 60, seed: 20_260_604 },
        );
        for (const filter of single) {
          expect(await idsOf(filter, 'NEWEST', { size: 30 })).toEqual(expected(filter, 'NEWEST'));
          expect(await idsOf(filter, 'TITLE', { size: 30 })).toEqual(expected(filter, 'TITLE'));
        }
      }
    } finally {
      await countAs(model.papers.length);
    }
  });

  test('is walked if it is frequent, and read of a set if it is rare', async () => {
    const found = { ids: [1], papers: 50 };
    const sideOf = async (filter: PaperFilter, all: number) => {
      const { set, walks } = await paperPath(
        filter,
        { byDay: true, even: true },
        {
          papers: async () => await Promise.resolve({ all, withCode: 1, withSummary: all }),
          categories: async () => await Promise.resolve(found),
          authorsByName: async () => await Promise.resolve(found),
          authorsByFoldedName: async () => await Promise.resolve(found),
          digests: async () => await Promise.resolve({ ...found, latest: '2025-01-01' }),
        },
      );
      return [walks, set !== undefined];
    };
    for (const filter of [{ sources: ['x'] }, { languages: ['zh'] }, { categories: ['cs.LG'] }]) {
      expect(await sideOf(filter, 100)).toEqual([true, true]);
      expect(await sideOf(filter, 1_000)).toEqual([false, true]);
      expect(await sideOf({ ...filter, hasCode: true }, 100)).toEqual([false, true]);
      expect(await sideOf({ ...filter, hasSummary: true }, 100)).toEqual([true, true]);
    }
  });

  test('has the same counts in a list, under an author and under a category', async () => {
    const name = NAMES[0] ?? '';
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const { data, errors } = await query<{
          papers: { totalCount: number };
          author: { papers: { totalCount: number } };
          category: { papers: { totalCount: number } };
        }>(
          `query ($f: PaperFilter, $name: String!) {
            papers(filter: $f) { totalCount }
            author(by: {name: $name}) { papers(filter: $f) { totalCount } }
            category(by: {code: "cs.SY"}) { papers(filter: $f) { totalCount } } }`,
          { f: filter, name },
        );
        expect(errors).toBeUndefined();
        const papers = select(model, filter, 'NEWEST');
        expect(data).toEqual({
          papers: { totalCount: papers.length },
          author: { papers: { totalCount: papers.filter(({ authors }) => authors.includes(name)).length } },
          category: {
            papers: { totalCount: papers.filter(({ categories }) => categories.includes('eess.SY')).length },
          },
        });
      }),
      { numRuns: 60, seed: 20_260_603 },
    );
  });

  test('is BAD_USER_INPUT only above 50 objects, 5 levels or 100 values per list', async () => {
    expect(await refused(objects(50))).toBeUndefined();
    expect(await refused(objects(51))).toEqual([{ code: 'BAD_USER_INPUT', argument: ['filter'] }]);
    expect(await refused(levels(5))).toBeUndefined();
    expect(await refused(levels(6))).toEqual([{ code: 'BAD_USER_INPUT', argument: ['filter'] }]);
    expect(await refused(values(100))).toBeUndefined();
    expect(await refused(values(101))).toEqual([
      { code: 'BAD_USER_INPUT', argument: ['filter', 'or', '1', 'sources'] },
    ]);
  });

  test('is BAD_USER_INPUT if days end before they start, or do not exist', async () => {
    expect(await refused({ not: { digestDates: { from: '2025-01-02', to: '2025-01-01' } } })).toEqual([
      { code: 'BAD_USER_INPUT', argument: ['filter', 'not', 'digestDates'] },
    ]);
    expect(await refused({ digestDates: { from: '2025-02-29' } })).toHaveLength(1);
    expect(await refused({ digestDates: { from: '0000-01-01' } })).toHaveLength(1);
  });

  test('accepts arXiv ids in every form and ignores other texts', async () => {
    const id = model.papers[3]?.arxivId ?? '';
    const forms = [
      `${id}v2`,
      `arXiv:${id}`,
      `https://arxiv.org/abs/${id}`,
      `https://arxiv.org/pdf/${id}v1.pdf`,
      `arxiv.org/html/${id}v1`,
      `10.48550/arXiv.${id}`,
      `oai:arXiv.org:${id}`,
    ];
    for (const form of forms)
      expect(await idsOf({ arxivIds: ['none', form] }, 'NEWEST', { size: 5 })).toEqual([id]);
  });
});
