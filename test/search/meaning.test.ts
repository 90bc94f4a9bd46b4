import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonRecord } from '../support/digest-files.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { ingestRecords } from '../support/live.ts';

const record = (id: string, title: string, summary: string, change: object = {}) =>
  jsonRecord(`2601.${id}`, { title, summary, authors: [`Loner ${id}`], AI: { tldr: '' }, ...change });

const RECORDS = [
  record('00001', 'LLMs Read Text/Image Pairs: A Survey', 'Llama-3.1-8B, GPT-4.1 and a GPS logger.', {
    AI: { tldr: '强化学习随着数据而变化。' },
    authors: ['Ines Calder', 'Bo Lindqvist'],
    categories: ['cs.CV'],
  }),
  record(
    '00002',
    String.raw`$\alpha$-Bench: Optimization of an LLM`,
    'GPT 4.1 on GPUs and a GP, after arXiv:2601.00004.',
    {
      AI: { tldr: '強化學習隨著資料而變化。' },
    },
  ),
  record('00003', 'α-Divergence and ΔΣ Converters', 'GPs and a GP, learning from cats, with α fixed.', {
    AI: { tldr: 'ﾃﾞｰﾀ' },
    authors: ['Ines Calder'],
  }),
  record(
    '00004',
    'Alpha Waves',
    'Learning on one GPU from data_v2 at https://example.org/sets/leaf-2.0; CNNs, a CNN.',
    {
      AI: { tldr: 'データ' },
    },
  ),
  jsonRecord('astro-ph/9605151', {
    title: 'Old Stars',
    summary: 'They learn.',
    authors: ['Mo'],
    AI: { tldr: '' },
  }),
];
const [FIRST, SECOND, THIRD, FOURTH, OLD] = ['00001', '00002', '00003', '00004', 'astro-ph/9605151'];

let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await ingestRecords(database.pool, '2026-01-15_AI_enhanced_Chinese.jsonl', RECORDS);
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

const short = (arxivId: string) => arxivId.replace('2601.', '');

async function search(text: string): Promise<readonly Found[]> {
  const { data, errors } = await query<{ papers: { edges: Found[] } }>(
    `query ($text: String) { papers(filter: {search: $text}) { edges {
      node { arxivId } highlights { text ranges { start end } } } } }`,
    { text },
  );
  expect(errors).toBeUndefined();
  return data.papers.edges;
}

/** The papers, best match first. */
async function ranked(text: string): Promise<string[]> {
  return (await search(text)).map(({ node }) => short(node.arxivId));
}

/** The papers found; expects lists, counts and the feed to agree. */
async function find(text: string): Promise<string[]> {
  const { data, errors } = await query<{
    papers: { totalCount: number; nodes: { arxivId: string }[]; facets: { languages: { count: number }[] } };
    feed: { events: { paper: { arxivId: string } }[] };
  }>(
    `query ($f: PaperFilter) {
      papers(filter: $f) { totalCount nodes { arxivId } facets { languages { count } } }
      feed(start: OLDEST, filter: $f) { events { paper { arxivId } } } }`,
    { f: { search: text } },
  );
  expect(errors).toBeUndefined();
  const { papers, feed } = data;
  const ids = papers.nodes.map(({ arxivId }) => short(arxivId)).toSorted();
  expect(papers.totalCount).toBe(ids.length);
  expect(papers.facets.languages.map(({ count }) => count)).toEqual(ids.length === 0 ? [] : [ids.length]);
  expect(feed.events.map(({ paper }) => short(paper.arxivId)).toSorted()).toEqual(ids);
  return ids;
}

/** The highlights, text by text, of the papers in the order of their ids. */
async function pieces(text: string): Promise<string[]> {
  const found = (await search(text)).toSorted((a, b) => (a.node.arxivId < b.node.arxivId ? -1 : 1));
  return found.flatMap(({ highlights }) =>
    highlights.flatMap((each) => each.ranges.map(({ start, end }) => each.text.slice(start, end))),
  );
}

describe('a search finds', () => {
  test.each([
    ['an acronym by its plural', 'LLMs', [FIRST, SECOND]],
    ['an acronym by its plural in small letters', 'llms', [FIRST, SECOND]],
    ['the plural of an acronym by the acronym', 'LLM', [FIRST, SECOND]],
    ['acronyms with vowels and their plurals', 'gpus', [SECOND, FOURTH]],
    ['an acronym of two letters by its plural, which may be another one', 'GPs', [FIRST, SECOND, THIRD]],
    ['an acronym of two letters and its plural', 'GP', [SECOND, THIRD]],
    ['an acronym that ends in s, and what is spelt alike', 'gps', [FIRST, THIRD]],
    ['the first of two words with a slash', 'text', [FIRST]],
    ['the second of two words with a slash', 'image', [FIRST]],
    ['words with a slash whole', 'text/image', [FIRST]],
    ['words with a slash as words in a row', '"text image pairs"', [FIRST]],
    ['a part of a name with hyphens and dots', '8B', [FIRST]],
    ['parts of a name with hyphens and dots in a row', '"llama 3.1"', [FIRST]],
    ['not parts in another order', '"8B llama"', []],
    ['a hyphen by a space', 'GPT 4.1', [FIRST, SECOND]],
    ['a space by a hyphen', 'GPT-4.1', [FIRST, SECOND]],
    ['URLs whole', 'https://example.org/sets/leaf-2.0', [FOURTH]],
    ['URLs by their hosts', 'example.org', [FOURTH]],
    ['URLs by their parts', 'leaf', [FOURTH]],
    ['words with an underscore by their parts', 'v2', [FOURTH]],
    ['Greek letters by their names', 'alpha', [SECOND, THIRD, FOURTH]],
    ['Greek letters by themselves', 'α', [SECOND, THIRD, FOURTH]],
    ['Greek letters by their LaTeX', String.raw`$\alpha$`, [SECOND, THIRD, FOURTH]],
    ['Greek letters in a row', 'title:"delta sigma"', [THIRD]],
    ['Greek letters in a row by their LaTeX', String.raw`title:$\Delta\Sigma$`, [THIRD]],
    ['simplified Chinese by traditional', '強化學習', [FIRST, SECOND]],
    ['traditional Chinese by simplified', '强化学习', [FIRST, SECOND]],
    ['characters that only phrases exchange', '"隨著"', [FIRST, SECOND]],
    ['kana of any width', 'ﾃﾞｰﾀ', [THIRD, FOURTH]],
    ['letters of any width', 'ＬＬＭｓ', [FIRST, SECOND]],
    ['words by their beginning', 'lea*', [THIRD, FOURTH, OLD]],
    ['words by a beginning that their stems lose', 'optimiz*', [SECOND]],
    ['words by a beginning in a phrase', '"gpt 4*"', [FIRST, SECOND]],
    ['no word of which a beginning is a part', 'earn*', []],
    ['what AND joins', 'LLM AND survey', [FIRST]],
    ['what OR joins', 'survey OR stars', [FIRST, OLD]],
    ['what NOT does not exclude', 'LLM NOT survey', [SECOND]],
    ['what AND NOT does not exclude', 'LLM AND NOT (survey OR stars)', [SECOND]],
    ['what ANDNOT does not exclude, as in arXiv', 'ti:LLM ANDNOT ti:survey', [SECOND]],
    ['words in small letters as words', 'pairs and survey', [FIRST]],
    ['fields in any case', 'AUTHOR:calder', [FIRST, THIRD]],
    ['fields with a colon of full width', 'Author：calder', [FIRST, THIRD]],
    ['alternatives in parentheses of full width', 'LLM （survey OR optimization） author：calder', [FIRST]],
    ['phrases in quotes of full width', '＂text image pairs＂', [FIRST]],
    ['what a dash of full width does not exclude', 'LLM －survey', [SECOND]],
    ['authors by arXiv’s name of the field', 'au:calder_ines', [FIRST, THIRD]],
    ['titles by arXiv’s name of the field', 'ti:waves', [FOURTH]],
    ['abstracts by arXiv’s name of the field', 'abs:learning', [THIRD, FOURTH, OLD]],
    ['nothing in abstracts that only titles have', 'abs:survey', []],
    ['categories by arXiv’s name of the field', 'cat:cs.CV', [FIRST]],
    ['text and authors by arXiv’s name of all fields', 'all:calder OR all:waves', [FIRST, THIRD, FOURTH]],
    ['no field in any other word with a colon', 'pairs:a', [FIRST]],
    ['words before a colon and a space as words', 'all: a survey', [FIRST]],
  ])('%s: %s', async (_what, text, expected) => {
    expect(await find(text)).toEqual(expected);
  });

  test.each(['😀', '%_%', '\\', '-', '""', '(* OR %)', 'author:%', 'the 😀'])(
    'nothing if a term has only symbols: %s',
    async (text) => {
      expect(await find(text)).toEqual([]);
    },
  );

  test('the other words of a text with punctuation', async () => {
    expect(await find('LLM & survey')).toEqual([FIRST]);
    expect(await find('survey OR 😀')).toEqual([FIRST]);
    expect(await find('survey -😀')).toEqual([FIRST]);
    expect(await find('-😀')).toHaveLength(RECORDS.length);
  });
});

describe('a search for an arXiv id finds its paper first', () => {
  test.each([
    ['2601.00004', [FOURTH, SECOND]],
    ['arXiv:2601.00004v3', [FOURTH, SECOND]],
    ['arXiv: 2601.00004', [FOURTH, SECOND]],
    ['https://arxiv.org/abs/2601.00004v1', [FOURTH, SECOND]],
    ['https://arxiv.org/pdf/2601.00004.pdf', [FOURTH, SECOND]],
    ['arXiv:2601.00004v2 [cs.LG] 15 Jan 2026', [FOURTH, SECOND]],
    ['arxiv.org/html/2601.00004v1#S1', [FOURTH, SECOND]],
    ['https://doi.org/10.48550/arXiv.2601.00004', [FOURTH, SECOND]],
    ['all:2601.00004', [FOURTH, SECOND]],
    ['2601.00004 waves', [FOURTH]],
    ['2601.00004 OR https://arxiv.org/abs/2601.00001', [FOURTH, FIRST, SECOND]],
    ['https://arxiv.org/abs/astro-ph/9605151', [OLD]],
    ['2601.09999', []],
  ])('%s', async (text, expected) => {
    expect(await ranked(text)).toEqual(expected);
    expect(await find(text)).toEqual(expected.toSorted());
  });
});

describe('highlights are', () => {
  test.each([
    ['acronyms and their plurals', 'llm', ['LLMs', 'LLM']],
    ['parts of names', '8B OR image', ['Image', '8B']],
    ['whole names', 'GPT 4.1', ['GPT', '4.1', 'GPT', '4.1']],
    ['Greek letters, as LaTeX and as they are', 'alpha', [String.raw`\alpha`, 'α', 'α', 'Alpha']],
    ['Greek letters in a row', '"delta sigma converters"', ['ΔΣ Converters']],
    ['Chinese of either script', '强化学习', ['强化学习', '強化學習']],
    ['words by their beginning', 'lea*', ['learning', 'Learning', 'leaf', 'learn']],
    ['phrases by the beginning of a word', '"alpha ben*"', [String.raw`\alpha$-Bench`]],
    ['in the abstract alone for a word of it', 'abs:gpt ti:llm', ['LLMs', 'GPT', 'LLM', 'GPT']],
  ])('%s: %s', async (_what, text, expected) => {
    expect(await pieces(text)).toEqual(expected);
  });
});

describe('suggest', () => {
  const suggest = async (prefix: string, args = '') => {
    const { data, errors } = await query<{ suggest: { text: string; ranges: object[] }[] }>(
      `query ($prefix: String!) { suggest(prefix: $prefix ${args}) { text ranges { start } } }`,
      { prefix },
    );
    expect(errors).toBeUndefined();
    return data.suggest;
  };
  const WAVES = [{ text: 'Alpha Waves', ranges: [] }];

  test.each([
    '2601.00004',
    'arXiv:2601.00004v2',
    'https://arxiv.org/pdf/2601.00004',
    '10.48550/arXiv.2601.00004',
  ])('offers the paper of an arXiv id: %s', async (prefix) => {
    expect(await suggest(prefix)).toEqual(WAVES);
    expect(await suggest(prefix, 'kinds: [CATEGORY]')).toEqual([]);
  });

  test('offers the papers whose ids begin with the prefix, newest first', async () => {
    const found = await suggest('2601.0000');
    expect(found.map(({ text }) => text)).toEqual([3, 2, 1, 0].map((index) => RECORDS[index]?.['title']));
    expect(await suggest('2601.', 'first: 1')).toEqual(WAVES);
  });

  test.each(['ines calder', 'Calder, Ines', 'calder i', 'CALDER'])(
    'offers the author first for a name: %s',
    async (prefix) => {
      expect((await suggest(prefix))[0]?.text).toBe('Ines Calder');
    },
  );
});
