import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { createRandom } from '../support/random.ts';
import { walk } from '../support/walk.ts';

const AI = { tldr: '', motivation: '', method: '', result: '', conclusion: '' };

const RECORDS = [
  jsonRecord('2601.00001', {
    title: 'WiFo-M$^2$: A Foundation Model for Few-Shot Channels',
    summary: 'Graphs are learned.',
    authors: ['Günter Klambauer', 'Ada Park'],
    categories: ['eess.SP'],
    AI: { ...AI, tldr: '提出使用LoRA微调的强化学习方法。', method: 'ネットワークを学習する。' },
  }),
  jsonRecord('2601.00002', {
    title: String.raw`$\alpha$-Bench and the Schr\"odinger Bridge`,
    summary: 'Reinforcement learning, a survey. The state of the art.',
    authors: ['Ada Lin', "D'Arcy O'Brien"],
    categories: ['cs.CV'],
    AI: { ...AI, tldr: '学习强化的综述。', method: '한국어 요약입니다.' },
  }),
  jsonRecord('2601.00003', {
    title: 'Learning to Reinforce Concrete',
    summary: 'GPT-4 mixes naïve cement; U-Net counts cracks.',
    authors: ['Lin Ada Park'],
    categories: ['cs.LG', 'cs.CV'],
    AI: {
      ...AI,
      tldr: '混凝土',
      conclusion: 'A study of the Poincaré disc in concrete, concrete, concrete.',
    },
  }),
];
const [FIRST, SECOND, THIRD] = ['2601.00001', '2601.00002', '2601.00003'];

let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await ingestFile(database.pool, textFile('2026-01-15_AI_enhanced_Chinese.jsonl', jsonl(...RECORDS)));
  query = queryOf(database);
});
afterAll(async () => await database.close());

async function find(search: string): Promise<string[]> {
  const { data, errors } = await query<{ papers: { nodes: { arxivId: string }[] } }>(
    'query ($search: String) { papers(filter: {search: $search}) { nodes { arxivId } } }',
    { search },
  );
  expect(errors).toBeUndefined();
  return data.papers.nodes.map(({ arxivId }) => arxivId).toSorted();
}

describe('a search finds', () => {
  test.each([
    ['a word by its stem, in title and abstract', 'learn', [FIRST, SECOND, THIRD]],
    ['all of several words', 'learning graph', [FIRST]],
    ['words next to each other in quotes', '"reinforcement learning"', [SECOND]],
    ['words with a stop word between them in quotes', '"state of the art"', [SECOND]],
    ['either of two', 'graph OR concrete', [FIRST, THIRD]],
    ['what a dash does not exclude', 'learning -survey', [FIRST, THIRD]],
    ['what a dash before parentheses does not exclude', '-(graph OR survey)', [THIRD]],
    ['groups', '(graph OR survey) -author:klambauer', [SECOND]],
    ['Chinese as it is written', '强化学习', [FIRST]],
    ['Chinese that is not in a row by its words', '强化 学习', [FIRST, SECOND]],
    ['one Chinese character, the last of its run too', '习', [FIRST, SECOND]],
    ['Chinese and English in one word', '使用LoRA微调', [FIRST]],
    ['Japanese', '学習する', [FIRST]],
    ['Korean', '요약', [SECOND]],
    ['Chinese and English together', '强化 survey', [SECOND]],
    ['accents and case folded', 'NAIVE poincare', [THIRD]],
    ['letters of another width', 'ＧＲＡＰＨ', [FIRST]],
    ['part of a title with LaTeX', 'wifo', [FIRST]],
    ['a title with LaTeX by its own text', 'WiFo-M$^2$', [FIRST]],
    ['a title without its LaTeX', 'wifo-m2', [FIRST]],
    ['LaTeX commands by their names', '"alpha bench"', [SECOND]],
    ['letters that LaTeX puts accents on', 'Schrödinger', [SECOND]],
    ['a hyphen by a space', '"few shot"', [FIRST]],
    ['a space by a hyphen', 'u-net', [THIRD]],
    ['the number behind a hyphen', 'gpt 4', [THIRD]],
    ['words of the title alone', 'title:concrete', [THIRD]],
    ['a phrase of the title alone', 'title:"learning to reinforce"', [THIRD]],
    ['nothing in a title that only the abstract has', 'title:survey', []],
    ['an author by a word', 'author:park', [FIRST, THIRD]],
    ['an author by words next to each other', 'author:"ada park"', [FIRST, THIRD]],
    ['no author by words of two authors', 'author:"klambauer ada"', []],
    ['an author by words in any order', 'author:ada-lin', [SECOND, THIRD]],
    ['an author with accents folded', 'author:"gunter klambauer"', [FIRST]],
    ['an author with an apostrophe', `author:"o'brien"`, [SECOND]],
    ['categories', 'category:cs.CV OR category:eess.SP', [FIRST, SECOND, THIRD]],
    ['an archive', 'category:cs.* -category:cs.LG', [SECOND]],
    ['curly quotes as quotes', '“强化学习”', [FIRST]],
    ['a dash between spaces as nothing', 'graph - learning', [FIRST]],
    ['stop words as nothing asked', 'the of', [FIRST, SECOND, THIRD]],
    ['stop words as nothing asked, beside others', 'the graph', [FIRST]],
    ['stop words as nothing asked, in alternatives', 'the OR graph', [FIRST]],
    ['stop words as nothing asked, when excluded', '-the graph', [FIRST]],
    ['everything where nothing is asked', ' ', [FIRST, SECOND, THIRD]],
    ['words with a colon as words', 'bridge:schrodinger OR graph', [FIRST]],
    ['a NUL as a space', 'graph\0learning', [FIRST]],
    ['a NUL as a space in quotes', '"reinforcement\0learning"', [SECOND]],
    ['a NUL as a space in the title’s words', 'title:"learning\0to"', [THIRD]],
    ['nothing by a category with a NUL', 'category:"cs\0LG"', []],
    ['a NUL as a space in an author’s name', 'author:"ada\0lin"', [SECOND]],
  ])('%s: %s', async (_what, search, expected) => {
    expect(await find(search)).toEqual(expected);
  });

  test('events by the same rules as papers, even with a NUL in the search', async () => {
    const { data, errors } = await query(
      'query ($f: PaperFilter) { feed(start: OLDEST, filter: $f) { events { paper { arxivId } } } }',
      { f: { search: '"reinforcement\0learning" -category:"cs\0LG"' } },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ feed: { events: [{ paper: { arxivId: SECOND } }] } });
  });

  test('with `not`, all other papers', async () => {
    const { data } = await query<{ papers: { nodes: { arxivId: string }[] } }>(
      '{ papers(filter: {not: {search: "graph OR author:lin"}}) { nodes { arxivId } } }',
    );
    expect(data.papers.nodes).toEqual([]);
  });
});

describe('a search with a syntax error', () => {
  test.each([
    ['"graph', 0, 'a closing quote'],
    ['a "graph', 2, 'a closing quote'],
    ['(graph', 0, 'a closing parenthesis'],
    ['graph)', 5, 'an opening parenthesis'],
    ['OR graph', 0, 'a word'],
    ['graph OR', 8, 'a word'],
    ['graph OR OR x', 9, 'a word'],
    ['()', 1, 'a word'],
    ['author:', 7, 'directly after author:'],
    ['graph title: x', 12, 'directly after title:'],
    ['x'.repeat(1001), 1000, 'at most 1000 characters'],
    [`${'('.repeat(21)}x${')'.repeat(21)}`, 20, 'at most 20 levels'],
  ])('%s is BAD_USER_INPUT at %i', async (search, position, expected) => {
    const { errors } = await query('query ($f: PaperFilter) { papers(filter: $f) { totalCount } }', {
      f: { and: [{ search }] },
    });
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT', argument: ['filter', 'and', '0', 'search'], position },
    ]);
    expect(errors?.[0]?.message).toContain(expected);
  });
});

describe('RELEVANCE', () => {
  const scored = async (args: string) => {
    const { data, errors } = await query<{
      papers: { edges: { score: number | null; node: { arxivId: string } }[] };
    }>(`{ papers(${args}) { edges { score node { arxivId } } } }`);
    return { codes: errors?.map(({ extensions }) => extensions), edges: data?.papers.edges ?? [] };
  };

  test('is the default order of a search: the title counts most, the abstract least', async () => {
    const { edges } = await scored('filter: {search: "learning"}');
    expect(edges.map(({ node }) => node.arxivId)).toEqual([THIRD, SECOND, FIRST]);
    expect(edges.map(({ score }) => score)).toEqual(
      edges.map(({ score }) => score).toSorted((a, b) => Number(b) - Number(a)),
    );
    expect(edges[0]?.score).toBeGreaterThan(0);
  });

  test('adds the scores of several searches', async () => {
    const one = await scored('filter: {search: "concrete"}');
    const both = await scored('filter: {search: "concrete", and: [{search: "learning"}]}');
    const other = await scored('filter: {search: "learning"}');
    const sum = Number(one.edges[0]?.score) + Number(other.edges[0]?.score);
    expect(both.edges[0]?.score).toBeCloseTo(sum, 5);
  });

  test('sorts papers of equal score by date, newest first, and needs no words', async () => {
    const { edges } = await scored('filter: {search: "category:cs.*"}');
    expect(edges).toEqual([
      { score: 0, node: { arxivId: THIRD } },
      { score: 0, node: { arxivId: SECOND } },
    ]);
  });

  test('without a search outside `not` is BAD_USER_INPUT, and the score is null', async () => {
    const refused = [{ code: 'BAD_USER_INPUT', argument: ['orderBy'] }];
    expect((await scored('orderBy: RELEVANCE')).codes).toEqual(refused);
    expect((await scored('orderBy: RELEVANCE, filter: {not: {search: "x"}}')).codes).toEqual(refused);
    expect((await scored('filter: {not: {search: "graph"}}')).edges.map(({ score }) => score)).toEqual([
      null,
      null,
    ]);
  });

  test.each(['RELEVANCE', 'NEWEST', 'TITLE'])('pages forward and backward alike: %s', async (order) => {
    const how = {
      field: `papers(orderBy: ${order}, filter: {search: "learning OR concrete"}, `,
      select: 'arxivId',
      size: 1,
    };
    const forward = await walk(query, how);
    expect(forward).toHaveLength(3);
    expect(await walk(query, { ...how, backward: true })).toEqual(forward);
  });

  test('has cursors that are valid for the same search only', async () => {
    const { data } = await query<{ papers: { pageInfo: { endCursor: string } } }>(
      '{ papers(first: 1, filter: {search: "learning"}) { pageInfo { endCursor } } }',
    );
    const after = data.papers.pageInfo.endCursor;
    expect((await scored(`filter: {search: "learning"}, after: "${after}"`)).edges).toHaveLength(2);
    const elsewhere = await scored(`filter: {search: "concrete"}, after: "${after}"`);
    expect(elsewhere.codes).toEqual([{ code: 'CURSOR_INVALID', argument: ['after'] }]);
  });
});

describe('highlights', () => {
  interface Highlight {
    field: string;
    text: string;
    summary: { language: string } | null;
    ranges: { start: number; end: number }[];
  }
  const highlightsOf = async (search: string, arxivId: string) => {
    const { data } = await query<{ papers: { edges: { highlights: Highlight[] }[] } }>(
      `query ($f: PaperFilter) { papers(filter: $f) { edges {
        highlights { field text summary { language } ranges { start end } } } } }`,
      { f: { search, arxivIds: [arxivId] } },
    );
    return (data.papers.edges[0]?.highlights ?? []).map(({ text, ranges, ...rest }) => ({
      ...rest,
      pieces: ranges.map(({ start, end }) => text.slice(start, end)),
    }));
  };

  test('match words by their stems, and refer to the summary of AI text', async () => {
    expect(await highlightsOf('reinforcing POINCARÉ concrete', THIRD)).toEqual([
      { field: 'TITLE', summary: null, pieces: ['Reinforce', 'Concrete'] },
      {
        field: 'CONCLUSION',
        summary: { language: 'zh' },
        pieces: ['Poincaré', 'concrete', 'concrete', 'concrete'],
      },
    ]);
  });

  test('match whole phrases, in Chinese beside English', async () => {
    expect(await highlightsOf('"强化学习" LoRA', FIRST)).toEqual([
      { field: 'TLDR', summary: { language: 'zh' }, pieces: ['LoRA', '强化学习'] },
    ]);
    expect(await highlightsOf('"reinforcement learning"', SECOND)).toEqual([
      { field: 'ABSTRACT', summary: null, pieces: ['Reinforcement learning'] },
    ]);
  });

  test('of a word for the title are in the title only, of an excluded word nowhere', async () => {
    expect(await highlightsOf('title:concrete -graph', THIRD)).toEqual([
      { field: 'TITLE', summary: null, pieces: ['Concrete'] },
    ]);
  });

  test('of stop words are in phrases only', async () => {
    expect(await highlightsOf('the of survey', SECOND)).toEqual([
      { field: 'ABSTRACT', summary: null, pieces: ['survey'] },
    ]);
    expect(await highlightsOf('the', SECOND)).toEqual([]);
    expect(await highlightsOf('"state of the art"', SECOND)).toEqual([
      { field: 'ABSTRACT', summary: null, pieces: ['state of the art'] },
    ]);
  });

  test('in a title with LaTeX are the ranges that match in its plain text', async () => {
    const inTitle = async (search: string, arxivId: string) =>
      (await highlightsOf(search, arxivId)).flatMap(({ field, pieces }) => [field, ...pieces]);
    expect(await inTitle('wifo-m2', FIRST)).toEqual(['TITLE', 'WiFo-M$^2']);
    expect(await inTitle('WiFo-M$^2$', FIRST)).toEqual(['TITLE', 'WiFo-M$^2']);
    expect(await inTitle('schrodinger bridge', SECOND)).toEqual(['TITLE', 'Schr\\"odinger', 'Bridge']);
    expect(await inTitle('title:alpha', SECOND)).toEqual(['TITLE', '\\alpha']);
    expect(await inTitle('"alpha bench"', SECOND)).toEqual(['TITLE', '\\alpha$-Bench']);
  });

  test('are empty without a search', async () => {
    const { data, statements } = await query('{ papers { edges { highlights { field } } } }');
    expect(data).toEqual({ papers: { edges: [{ highlights: [] }, { highlights: [] }, { highlights: [] }] } });
    expect(statements.map(({ name }) => name)).toEqual(['storeVersion', 'Query.papers']);
  });

  test('of a whole page take three more statements', async () => {
    const { statements } = await query(
      '{ papers(filter: {search: "learning OR 学习"}) { edges { highlights { field } } } }',
    );
    const names = statements.map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual(['storeVersion', 'searchWords', 'Query.papers', 'paperById']);
    // The first two of these run at the same time: either may end first.
    expect(names.slice(4).toSorted()).toEqual(['PaperEdge.highlights', 'abstractOfPaper', 'stems']);
  });
});

describe('a paper whose texts are too long for a vector', () => {
  test('is found by every word, and by phrases late in the text', async () => {
    const far = Array.from({ length: 9_000 }, (_, n) => `w${n}`).join(' ');
    const record = jsonRecord('2601.00009', {
      title: 'Long',
      summary: `${far} ultimate marmalade sandwich`,
      AI: { ...AI, tldr: `${'长'.repeat(9_000)}终究找到了` },
    });
    await ingestFile(database.pool, textFile('2026-01-16_AI_enhanced_Chinese.jsonl', jsonl(record)));
    expect(await find('"marmalade sandwich"')).toEqual(['2601.00009']);
    expect(await find('"终究找到"')).toEqual(['2601.00009']);
    expect(await find('"长终究找到了"')).toEqual(['2601.00009']);
  });

  test('is found by a phrase or by its negation, never by both', async () => {
    const [inOrder, turned] = ['"marmalade sandwich"', '"sandwich marmalade"'];
    expect(await find(`title:long ${inOrder}`)).toEqual(['2601.00009']);
    expect(await find(`title:long -${inOrder}`)).toEqual([]);
    expect(await find(`title:long ${turned}`)).toEqual(['2601.00009']);
    expect(await find(`title:long -${turned}`)).toEqual([]);
    expect(await find(`title:long -(graph OR ${turned})`)).toEqual([]);
  });

  test('does not stop the ingest of its digest', async () => {
    const words = Array.from({ length: 60_000 }, (_, n) => `x${n}-y${n}`).join(' ');
    const han = Array.from({ length: 90_000 }, (_, n) =>
      String.fromCodePoint(0x20000 + ((n * 7919) % 40_000)),
    ).join('');
    const random = createRandom(5_000);
    const sequence = Array.from({ length: 5_000 }, () => Math.floor(random() * 36).toString(36)).join('');
    const records = [
      jsonRecord('2601.00010', { summary: words }),
      jsonRecord('2601.00011', { summary: han }),
      jsonRecord('2601.00012', { summary: `${'q'.repeat(5_000)} marigold` }),
      jsonRecord('2601.00013', { title: `Odd${'\u{20000}'.repeat(45_000)}` }),
      jsonRecord('2601.00014', { summary: `${sequence} and ${sequence} dahlia` }),
    ];
    const report = await ingestFile(
      database.pool,
      textFile('2026-01-17_AI_enhanced_Chinese.jsonl', jsonl(...records)),
    );
    expect(report).toMatchObject({ status: 'STORED', entries: 5 });
    expect(await find('marigold')).toEqual(['2601.00012']);
    expect(await find('odd')).toEqual(['2601.00013']);
    expect(await find('dahlia')).toEqual(['2601.00014']);
  });
});
