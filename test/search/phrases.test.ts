import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonRecord } from '../support/digest-files.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { ingestRecords } from '../support/live.ts';

const AI = { tldr: '', motivation: '', method: '', result: '', conclusion: '' };

const record = (id: string, title: string, summary: string, ai: Partial<typeof AI> = {}) =>
  jsonRecord(id, { title, summary, AI: { ...AI, ...ai } });

const RECORDS = [
  record('2601.00001', 'Herbarium', 'GPT-4 Turbo. The COVID-19 vaccine. Llama-3.1 on 2 of 10.', {
    tldr: '최강화 학습은 좋다.',
    method: '강화, 모델. 深度学习 的 方法',
    result: 'RTX 4降至1',
  }),
  record('2601.00002', 'Turbo GPT 4', 'GPT-4 is not Turbo. A vaccine for COVID-19.', {
    tldr: '학습은 어렵다. 모델 강화',
    motivation: '학습, 방법',
    method: '강화 LoRA 학습. 深度学习方法',
  }),
  record('2601.00003', 'がくしゅう with ﾃﾞｰﾀ'.normalize('NFD'), 'ﾊﾟﾝﾀﾞ', { tldr: '강화'.normalize('NFD') }),
  record('2601.00004', 'データ and がくしゅう', 'パンダ'),
];
const [FIRST, SECOND, THIRD, FOURTH] = ['2601.00001', '2601.00002', '2601.00003', '2601.00004'];

let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await ingestRecords(database.pool, '2026-01-15_AI_enhanced_Korean.jsonl', RECORDS);
  query = queryOf(database);
});
afterAll(async () => await database.close());

interface Found {
  readonly node: { readonly arxivId: string };
  readonly highlights: readonly {
    readonly text: string;
    readonly ranges: readonly { readonly start: number; readonly end: number }[];
  }[];
}

async function search(text: string): Promise<readonly Found[]> {
  const { data, errors } = await query<{ papers: { edges: Found[] } }>(
    `query ($text: String) { papers(filter: {search: $text}) { edges {
      node { arxivId } highlights { text ranges { start end } } } } }`,
    { text },
  );
  expect(errors).toBeUndefined();
  return data.papers.edges.toSorted((a, b) => (a.node.arxivId < b.node.arxivId ? -1 : 1));
}

async function find(text: string): Promise<string[]> {
  return (await search(text)).map(({ node }) => node.arxivId);
}

/** The highlights, paper by paper. */
async function pieces(text: string): Promise<string[][]> {
  return (await search(text)).map(({ highlights }) =>
    highlights.flatMap((each) => each.ranges.map(({ start, end }) => each.text.slice(start, end))),
  );
}

describe('a phrase with numbers is found', () => {
  test.each([
    ['behind a hyphen', '"gpt 4 turbo"', [FIRST]],
    ['behind a hyphen, as it is written', '"gpt-4 turbo"', [FIRST]],
    ['behind a hyphen, between other words', '"covid 19 vaccine"', [FIRST]],
    ['behind a hyphen, with decimals', '"llama 3.1 on 2"', [FIRST]],
    ['behind a space', '"turbo gpt 4"', [SECOND]],
    ['and not elsewhere', '"vaccine covid 19"', []],
    ['and not over Han', '"4 1"', []],
    ['and not over Han, as it is written', 'RTX 4.1', []],
  ])('%s: %s', async (_where, text, expected) => {
    expect(await find(text)).toEqual(expected);
  });

  test('and not highlighted across Han', async () => {
    expect(await pieces('"rtx 4" OR "4 1"')).toEqual([['RTX 4']]);
  });
});

describe('a phrase of Hangul, kana or Han with spaces in it', () => {
  test.each([
    ['is found where its words stand in a row', '"강화 학습"', [FIRST]],
    ['is found by parts of its first and last word', '"화 학"', [FIRST]],
    ['is found by words of a single character', '"深度学习 的 方法"', [FIRST]],
    ['is not found where the words are one', '"深度学习 方法"', []],
    ['is not found over a word of other letters, nor from one text to the next', '"강화 학습" LoRA', []],
    ['is not found where a dash excludes it', '-"강화 학습" 학습', [SECOND]],
    ['is any order without quotes', '강화 학습', [FIRST, SECOND]],
    ['is not found in another part than the title', 'title:"강화 학습"', []],
  ])('%s: %s', async (_what, text, expected) => {
    expect(await find(text)).toEqual(expected);
  });

  test('is highlighted as a whole', async () => {
    expect(await pieces('"강화 학습"')).toEqual([['강화 학습']]);
  });
});

describe('kana and Hangul are found in every Unicode form', () => {
  test.each([
    ['composed', 'がくしゅう', [THIRD, FOURTH]],
    ['decomposed', 'がくしゅう'.normalize('NFD'), [THIRD, FOURTH]],
    ['of full width', 'データ', [THIRD, FOURTH]],
    ['of half width', 'ﾃﾞｰﾀ', [THIRD, FOURTH]],
    ['of half width, one character', 'ﾊﾟ', [THIRD, FOURTH]],
    ['not without their voicing', 'テータ', []],
  ])('%s: %s', async (_form, text, expected) => {
    expect(await find(text)).toEqual(expected);
  });

  test('and highlighted as printed', async () => {
    expect(await pieces('がくしゅう データ')).toEqual([
      ['がくしゅう'.normalize('NFD'), 'ﾃﾞｰﾀ'],
      ['データ', 'がくしゅう'],
    ]);
    expect(await pieces('ハ OR パンダ')).toEqual([['ﾊﾟﾝﾀﾞ'], ['パンダ']]);
    expect(await pieces('강화 -모델')).toEqual([['강화'.normalize('NFD')]]);
  });
});
