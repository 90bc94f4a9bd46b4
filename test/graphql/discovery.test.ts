import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { removeDigests } from '../../src/ingest/remove-digests.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { faultyPool } from '../support/faulty-pool.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { walk } from '../support/walk.ts';

const record = (id: string, title: string, change: Record<string, unknown> = {}) =>
  jsonRecord(`2601.0000${id}`, { title, summary: 'Nothing in common.', authors: [`Loner ${id}`], ...change });

const RECORDS = [
  record('1', 'Quantum Marmalade: Entangled Breakfasts', {
    authors: ['Günter Klambauer', 'Mei Wang', 'Ada Park'],
  }),
  record('2', 'Entangled Breakfasts Revisited', { authors: ['Mei Wang'] }),
  record('3', 'Machine Learning of Marmalade', {
    authors: ['Ada Park', 'Mei Wang', 'Mei Wang'],
    categories: ['cs.CV'],
  }),
  record('4', 'Learning Machines for Toast', { authors: ['Wei Zhang', 'Wang Mei'] }),
  record('5', 'Toast', { authors: ['Wei Zhang'] }),
  record('0', 'Ёлки и «палки» для LoRA学習'),
];

let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await ingestFile(database.pool, textFile('2026-01-15_AI_enhanced_Chinese.jsonl', jsonl(...RECORDS)));
  query = queryOf(database);
});
afterAll(async () => await database.close());

describe('suggest', () => {
  interface Suggestion {
    text: string;
    ranges: { start: number; end: number }[];
    subject: { type: string };
  }
  const suggest = async (prefix: string, args = '') => {
    const { data, errors } = await query<{ suggest: Suggestion[] }>(
      `query ($prefix: String!) { suggest(prefix: $prefix ${args}) { text ranges { start end } subject { type: __typename } } }`,
      { prefix },
    );
    expect(errors).toBeUndefined();
    return data.suggest.map(({ text, ranges, subject }) => ({
      text,
      type: subject.type,
      pieces: ranges.map(({ start, end }) => text.slice(start, end)),
    }));
  };
  const texts = async (prefix: string, args = '') => (await suggest(prefix, args)).map(({ text }) => text);

  test('tolerates a typo and missing accents', async () => {
    expect((await suggest('gunter klambauer'))[0]).toEqual({
      text: 'Günter Klambauer',
      type: 'Author',
      pieces: ['Günter', 'Klambauer'],
    });
    expect((await texts('gunter klambaur'))[0]).toBe('Günter Klambauer');
    expect((await texts('marmelade', 'kinds: [PAPER]')).toSorted()).toEqual([
      'Machine Learning of Marmalade',
      'Quantum Marmalade: Entangled Breakfasts',
    ]);
  });

  test('completes the typed text, for every kind', async () => {
    const found = await suggest('machine l');
    expect(found.slice(0, 2)).toEqual([
      { text: 'Machine Learning (cs.LG)', type: 'Category', pieces: ['Machine', 'L', 'L'] },
      { text: 'Machine Learning of Marmalade', type: 'Paper', pieces: ['Machine', 'L'] },
    ]);
    expect(await texts('cs.c', 'kinds: [CATEGORY], first: 1')).toEqual([
      'Computer Vision and Pattern Recognition (cs.CV)',
    ]);
    expect((await suggest('cs.SY'))[0]?.text).toBe('Systems and Control (eess.SY)');
  });

  test('puts words in the typed order first, then the names with most papers', async () => {
    expect(await texts('mei w', 'kinds: [AUTHOR]')).toEqual(['Mei Wang', 'Wang Mei']);
    expect(await texts('w', 'kinds: [AUTHOR]')).toEqual(['Mei Wang', 'Wei Zhang', 'Wang Mei']);
    expect(await texts('toast', 'kinds: [PAPER]')).toEqual(['Toast', 'Learning Machines for Toast']);
  });

  test('completes words of any alphabet from their beginning, and Han text as written', async () => {
    const trees = (...pieces: string[]) => [{ text: 'Ёлки и «палки» для LoRA学習', type: 'Paper', pieces }];
    expect(await suggest('елк')).toEqual(trees('Ёлк'));
    expect(await suggest('па')).toEqual(trees('па'));
    expect(await suggest('習')).toEqual(trees('習'));
    expect(await suggest('лк')).toEqual([]);
    expect(await suggest('ля')).toEqual([]);
  });

  test('returns the requested kinds and number, and nothing for an empty prefix', async () => {
    expect(await texts('machine', 'first: 1')).toHaveLength(1);
    expect(await texts('machine', 'first: 0')).toEqual([]);
    expect(await texts('machine', 'kinds: []')).toEqual([]);
    for (const nothing of ['', ' ', '%', '_', '\\', '"', '\0', '()[]*+?{}|^$.', '💡', '学'])
      expect(await texts(nothing)).toEqual([]);
  });

  test('leaves out subjects that are removed during the search', async () => {
    const gone = record('6', 'Vanishing Toast', { authors: ['Vera Toast'] });
    await ingestFile(database.pool, textFile('2026-01-16.jsonl', jsonl(gone), 'gone'));
    const { pool } = database;
    let removing: Promise<unknown> | undefined;
    // By then, the ids of the suggestions have been read; the papers and authors are looked up next.
    const racing = faultyPool(pool, async ({ text }) => {
      if (text.includes('.id = any(')) await (removing ??= removeDigests(database, { source: 'gone' }));
    });
    const { data, errors } = await queryOf({ pool: racing })(
      '{ suggest(prefix: "toast") { text subject { type: __typename } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      suggest: ['Toast', 'Learning Machines for Toast'].map((text) => ({ text, subject: { type: 'Paper' } })),
    });
    expect(removing).toBeDefined();
  });

  test('is BAD_USER_INPUT above 200 characters and 100 suggestions', async () => {
    const codes = async (prefix: string, first: number) =>
      (
        await query(
          `query ($prefix: String!, $first: Int!) { suggest(prefix: $prefix, first: $first) { text } }`,
          {
            prefix,
            first,
          },
        )
      ).errors?.map(({ extensions }) => extensions);
    expect(await codes('x'.repeat(201), 10)).toEqual([{ code: 'BAD_USER_INPUT', argument: ['prefix'] }]);
    expect(await codes('x', 101)).toEqual([{ code: 'BAD_USER_INPUT', argument: ['first'] }]);
    expect(await codes('x', -1)).toEqual([{ code: 'BAD_USER_INPUT', argument: ['first'] }]);
  });
});

describe('AuthorFilter.search', () => {
  const names = async (search: string) => {
    const { data } = await query<{ authors: { nodes: { name: string }[]; totalCount: number } }>(
      'query ($f: AuthorFilter) { authors(filter: $f, orderBy: NAME) { totalCount nodes { name } } }',
      { f: { search } },
    );
    expect(data.authors.totalCount).toBe(data.authors.nodes.length);
    return data.authors.nodes.map(({ name }) => name);
  };

  test('finds names by their words in any order, and misspelt names', async () => {
    expect(await names('wang')).toEqual(['Mei Wang', 'Wang Mei']);
    expect(await names('MEI wang')).toEqual(['Mei Wang', 'Wang Mei']);
    expect(await names('Gunther Klambauer')).toEqual(['Günter Klambauer']);
    expect(await names('nobody')).toEqual([]);
  });
});

describe('Paper.related', () => {
  interface Related {
    score: number;
    sharedTerms: string[];
    sharedAuthors: { name: string }[];
    paper: { arxivId: string };
  }
  const related = async (id: string, args = '') => {
    const { data } = await query<{ paper: { related: Related[] } }>(
      `{ paper(by: {arxivId: "${id}"}) { related ${args} { score sharedTerms sharedAuthors { name } paper { arxivId } } } }`,
    );
    return data.paper.related;
  };

  test('returns papers that share rare words or authors, closest first, with what they share', async () => {
    const found = await related('2601.00001');
    expect(
      found.map(({ paper, sharedTerms, sharedAuthors }) => [
        paper.arxivId,
        sharedTerms,
        sharedAuthors.map(({ name }) => name),
      ]),
    ).toEqual([
      ['2601.00002', ['Breakfasts', 'Entangled'], ['Mei Wang']],
      ['2601.00003', ['Marmalade'], ['Mei Wang', 'Ada Park']],
    ]);
    const scores = found.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  test('returns the requested number, never the paper itself, and none if nothing is shared', async () => {
    expect(await related('2601.00001', '(first: 1)')).toHaveLength(1);
    expect(await related('2601.00001', '(first: 0)')).toEqual([]);
    for (const { arxivId } of RECORDS.map(({ id }) => ({ arxivId: String(id) })))
      expect((await related(arxivId)).map(({ paper }) => paper.arxivId)).not.toContain(arxivId);
  });

  test('of many papers takes one statement', async () => {
    const { statements } = await query(
      '{ papers { nodes { related { score sharedAuthors { name } paper { title } } } } }',
    );
    expect(statements.map(({ name }) => name).toSorted()).toEqual([
      'Paper.related',
      'Query.papers',
      'authorById',
      'paperById',
      'storeVersion',
    ]);
  });

  test('is BAD_USER_INPUT above 100, and only this field is null', async () => {
    const { data, errors } = await query(
      '{ papers(first: 1) { nodes { title related(first: 101) { score } } } }',
    );
    expect(data).toEqual({ papers: { nodes: [{ title: 'Toast', related: null }] } });
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT', argument: ['first'] },
    ]);
  });
});

describe('Author.coauthors', () => {
  test('counts each shared paper once, most first, in both directions of paging', async () => {
    const how = {
      field: 'coauthors(',
      select: 'name',
      size: 1,
      within: '{ author(by: {name: "Mei Wang"}) { FIELD } }'.slice(2, -2),
    };
    const forward = await walk<{ name: string }>(query, how);
    expect(forward.map(({ name }) => name)).toEqual(['Ada Park', 'Günter Klambauer']);
    expect(await walk(query, { ...how, backward: true })).toEqual(forward);
    const { data } = await query(
      '{ author(by: {name: "Mei Wang"}) { coauthors { totalCount edges { paperCount node { name } } } } }',
    );
    expect(data).toEqual({
      author: {
        coauthors: {
          totalCount: 2,
          edges: [
            { paperCount: 2, node: { name: 'Ada Park' } },
            { paperCount: 1, node: { name: 'Günter Klambauer' } },
          ],
        },
      },
    });
  });

  test('of many authors take one statement', async () => {
    const { statements } = await query('{ authors { nodes { coauthors(first: 2) { nodes { name } } } } }');
    expect(statements.map(({ name }) => name)).toEqual(['storeVersion', 'Query.authors', 'Author.coauthors']);
  });
});
