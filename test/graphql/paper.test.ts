import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  entryKey,
  generateModel,
  insertModel,
  SOURCES,
  type ModelEntry,
  type ModelPaper,
} from '../support/generated-store.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { nodeId } from '../../src/reads/paging/node-id.ts';

const model = generateModel({ seed: 17, papers: 100, authors: 20, days: 4 });
let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(database.pool, model);
  query = queryOf(database);
});
afterAll(async () => await database.close());

/** Asks one thing of every paper. */
async function ofEveryPaper<Data>(
  fields: string,
  { declare = '', ...variables }: { declare?: string } & Record<string, unknown> = {},
): Promise<Map<ModelPaper, Data>> {
  const { data, errors } = await query<{ papers: { nodes: (Data & { arxivId: string })[] } }>(
    `query ${declare} { papers(first: 100) { nodes { arxivId ${fields} } } }`,
    variables,
  );
  expect(errors).toBeUndefined();
  const answers = new Map(data.papers.nodes.map((node) => [node.arxivId, node]));
  return new Map(model.papers.map((paper) => [paper, answers.get(paper.arxivId) as Data]));
}

const newestFirst = (a: ModelEntry, b: ModelEntry) =>
  b.digest.date.localeCompare(a.digest.date) || b.ingestedAt.localeCompare(a.ingestedAt) || b.id - a.id;
const isIn = (language: string | null, wanted: string) =>
  language !== null &&
  (wanted === '*' || `=${language}` === wanted || language === wanted || language.startsWith(`${wanted}-`));

/** The contract's `Paper.summary`, taken at its word. */
function bestSummary(paper: ModelPaper, languages: readonly string[], sources: readonly string[] | null) {
  const candidates = paper.entries
    .filter(({ current, status }) => current && (status === 'COMPLETE' || status === 'PARTIAL'))
    .filter(({ digest }) => sources === null || sources.includes(digest.source))
    .toSorted(newestFirst);
  for (const language of languages) {
    const found = candidates.find(({ digest }) => isIn(digest.language, language));
    if (found !== undefined) return nodeId('Summary', entryKey(found));
  }
  return null;
}

const summariesIn = async (language: string) => {
  const answers = await ofEveryPaper<{ summary: { id: string } | null }>(
    `summary(languages: ["${language}"]) { id }`,
  );
  return [...answers.values()].map(({ summary }) => summary?.id);
};

describe('Paper.summary', () => {
  const wishes: (readonly [string[], string[] | null])[] = [
    [['*'], null],
    [['zh'], null],
    [['zh-Hant', 'zh'], null],
    [
      ['en', 'zh', '*'],
      [SOURCES[0] ?? '', 'none'],
    ],
    [['Klingonese', 'pt'], null],
    [[], null],
    [['*'], []],
  ];

  test.each(wishes)(
    'is the newest with text in the first language of %j that has one, of %j',
    async (languages, sources) => {
      const answers = await ofEveryPaper<{ summary: { id: string } | null }>(
        'summary(languages: $languages, sources: $sources) { id }',
        { declare: '($languages: [String!]!, $sources: [String!])', languages, sources },
      );
      for (const [paper, { summary }] of answers)
        expect(summary?.id ?? null).toBe(bestSummary(paper, languages, sources));
    },
  );

  test('accepts names of languages', async () => {
    expect(await summariesIn('Chinese')).toEqual(await summariesIn('zh'));
    expect(await summariesIn('中文')).toEqual(await summariesIn('zh'));
    expect(new Set(await summariesIn('Chinese')).size).toBeGreaterThan(10);
  });

  test.each([
    ['zh-CN', ['=zh', 'zh-Hant']],
    ['zh-Hans', ['=zh', 'zh-Hant']],
    ['zh-TW', ['zh-Hant', '=zh']],
    ['zh-Hant-TW', ['zh-Hant', '=zh']],
    ['en-US', ['en']],
    ['en-GB', ['en']],
    ['pt-PT', ['pt-BR']],
    ['und', ['und']],
  ])('looks the language of a browser up, as it is: %s finds what %j find', async (language, stored) => {
    const answers = await ofEveryPaper<{ summary: { id: string } | null }>(
      `summary(languages: ["${language}"]) { id }`,
    );
    for (const [paper, { summary }] of answers)
      expect(summary?.id ?? null).toBe(bestSummary(paper, stored, null));
  });

  test('is BAD_USER_INPUT beyond 100 languages', async () => {
    const { errors } = await query(
      `query ($l: [String!]!) { papers(first: 1) { nodes { summary(languages: $l) { id } } } }`,
      { l: Array.from({ length: 101 }, () => 'en') },
    );
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: ['languages'] });
  });
});

test('Paper.summaries are all that were ever published, also superseded and failed ones, newest first', async () => {
  const answers = await ofEveryPaper<{
    all: { totalCount: number; nodes: { id: string; status: string }[] };
    some: { totalCount: number };
  }>(`all: summaries(first: 100) { totalCount nodes { id status } }
    some: summaries(languages: ["zh"], sources: ["gamma"]) { totalCount }`);
  for (const [paper, { all, some }] of answers) {
    const published = paper.entries.filter(({ status }) => status !== undefined).toSorted(newestFirst);
    expect(all.nodes).toEqual(
      published.map((entry) => ({ id: nodeId('Summary', entryKey(entry)), status: entry.status })),
    );
    expect(all.totalCount).toBe(published.length);
    const narrowed = published.filter(
      ({ digest }) => isIn(digest.language, 'zh') && digest.source === 'gamma',
    );
    expect(some.totalCount).toBe(narrowed.length);
  }
});

const called = ({ digest: { date, language, source } }: ModelEntry) => ({
  date,
  language,
  source: { name: source },
});

test('Paper.entries are the current ones, Paper.digests theirs, each once, newest first', async () => {
  const answers = await ofEveryPaper<{
    entries: { nodes: { id: string; position: number; digest: object }[] };
    digests: { totalCount: number; nodes: { date: string; language: string; source: { name: string } }[] };
  }>(`entries(first: 100) { nodes { id position digest { date language source { name } } } }
      digests(first: 100) { totalCount nodes { date language source { name } } }`);
  for (const [paper, { entries, digests }] of answers) {
    const current = paper.entries.filter((entry) => entry.current).toSorted(newestFirst);
    expect(entries.nodes).toEqual(
      current.map((entry) => ({
        id: nodeId('DigestEntry', entryKey(entry)),
        position: entry.position,
        digest: called(entry),
      })),
    );
    expect(digests.totalCount).toBe(new Set(current.map(({ digest }) => digest.id)).size);
    expect(digests.nodes.map(({ date }) => date)).toEqual(
      [...new Map(current.map((entry) => [entry.digest.id, entry.digest.date])).values()]
        .toSorted()
        .toReversed(),
    );
  }
});

test('Paper.authors are as printed: a name printed twice has two edges with one node', async () => {
  const answers = await ofEveryPaper<{
    authors: {
      totalCount: number;
      edges: { position: number; printedName: string; node: { id: string; name: string } }[];
    };
  }>('authors(first: 100) { totalCount edges { position printedName node { id name } } }');
  let twice = 0;
  for (const [paper, { authors }] of answers) {
    expect(authors.edges).toEqual(
      paper.authors.map((name, index) => ({
        position: index + 1,
        printedName: `${name} `,
        node: { id: nodeId('Author', name), name },
      })),
    );
    if (new Set(paper.authors).size < paper.authors.length) twice++;
  }
  expect(twice).toBeGreaterThan(3);
});

test('Paper.categories are in the order of arXiv, the primary one first', async () => {
  const answers = await ofEveryPaper<{ primaryCategory: object | null; categories: object[] }>(
    'primaryCategory { code } categories { code }',
  );
  for (const [paper, { primaryCategory, categories }] of answers) {
    expect(categories).toEqual(paper.categories.map((code) => ({ code })));
    expect(primaryCategory).toEqual(categories[0] ?? null);
  }
});

test('Author.papers and Author.categories count a paper once that prints the name twice', async () => {
  const { data } = await query<{
    authors: {
      nodes: {
        name: string;
        paperCount: number;
        papers: { totalCount: number; nodes: { arxivId: string }[] };
        categories: { paperCount: number; category: { code: string } }[];
      }[];
    };
  }>(`{ authors(first: 100) { nodes { name paperCount papers(first: 100) { totalCount nodes { arxivId } }
       categories { paperCount category { code } } } } }`);
  for (const { name, paperCount, papers, categories } of data.authors.nodes) {
    const printing = model.papers.filter(({ authors }) => authors.includes(name));
    expect(papers.nodes.map(({ arxivId }) => arxivId).toSorted()).toEqual(
      printing.map(({ arxivId }) => arxivId).toSorted(),
    );
    expect([paperCount, papers.totalCount]).toEqual([printing.length, printing.length]);
    const counts = categories.map((row) => [row.category.code, row.paperCount] as const);
    for (const [code, count] of counts)
      expect(count).toBe(printing.filter((paper) => paper.categories.includes(code)).length);
    expect(counts).toEqual(counts.toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
    expect(counts.length).toBe(new Set(printing.flatMap((paper) => paper.categories)).size);
  }
});

const ask = async (by: object) =>
  await query<{ paper: { arxivId: string } | null }>(`query ($by: PaperBy!) { paper(by: $by) { arxivId } }`, {
    by,
  });

describe('paper(by:)', () => {
  const [known] = model.papers;

  test('accepts every form of an arXiv id, and the id of the paper', async () => {
    const id = known?.arxivId ?? '';
    for (const arxivId of [
      id,
      `${id}v3`,
      `arXiv:${id}`,
      `https://arxiv.org/abs/${id}`,
      `http://arxiv.org/pdf/${id}v1`,
    ])
      expect((await ask({ arxivId })).data.paper).toEqual({ arxivId: id });
    expect((await ask({ id: nodeId('Paper', id) })).data.paper).toEqual({ arxivId: id });
  });

  test('is BAD_USER_INPUT for a text that is not an arXiv id, null for an id that is not stored', async () => {
    expect((await ask({ arxivId: '2401.00001' })).data.paper).toBeNull();
    for (const arxivId of ['', 'none', '2401.1', 'https://example.org/abs/2401.00001']) {
      const { data, errors } = await ask({ arxivId });
      expect(data.paper).toBeNull();
      expect(errors?.map(({ extensions }) => extensions)).toEqual([
        { code: 'BAD_USER_INPUT', argument: ['by', 'arxivId'] },
      ]);
    }
  });

  test('accepts exactly one key', async () => {
    for (const by of [{}, { id: 'a', arxivId: 'b' }, { id: null }])
      expect((await ask(by)).errors?.length).toBeGreaterThan(0);
  });
});

test('authors, categories and sources are looked up by exact name after folding of spaces', async () => {
  const { data, errors } = await query(`{
    exact: author(by: {name: " José  García"}) { name } decomposed: author(by: {name: "Jose\u0301 Garci\u0301a"}) { name }
    other: author(by: {name: "josé garcía"}) { name } nul: author(by: {name: "a\\u0000b"}) { name }
    lower: category(by: {code: "eess.sy"}) { code } alias: category(by: {code: "cs.SY"}) { code aliases name archive } outside: category(by: {code: "cs.XX"}) { name }
    none: category(by: {code: "cs.ZZ"}) { code } source(by: {name: "gamma"}) { name digestCount digests { totalCount } }
  }`);
  expect(errors).toBeUndefined();
  const digestCount = model.digests.filter(({ source }) => source === 'gamma').length;
  expect(data).toEqual({
    exact: { name: 'José García' },
    decomposed: { name: 'José García' },
    other: null,
    nul: null,
    lower: { code: 'eess.SY' },
    alias: { code: 'eess.SY', aliases: ['cs.SY'], name: 'Systems and Control', archive: 'eess' },
    outside: { name: null },
    none: null,
    source: { name: 'gamma', digestCount, digests: { totalCount: digestCount } },
  });
});

test('names that cannot be stored find nothing and cause no error', async () => {
  for (const name of ['\0', 'a\0b', '\ud800', '\\u0000', '💥', '\uffff', 'x'.repeat(100_000)]) {
    const { data, errors } = await query(
      `query ($name: String!, $names: [String!]) {
        author(by: {name: $name}) { id } category(by: {code: $name}) { id } source(by: {name: $name}) { id }
        digest(by: {key: {source: $name, date: "2025-01-01", language: $name}}) { id }
        papers(filter: {or: [{authors: $names}, {categories: $names}, {sources: $names}, {languages: $names}]}) { totalCount }
        authors(filter: {names: $names}) { totalCount } digests(filter: {languages: $names}) { totalCount } }`,
      { name, names: [name] },
    );
    expect(errors).toBeUndefined();
    const none = { totalCount: 0 };
    expect(data).toEqual({
      author: null, category: null, source: null, digest: null, papers: none, authors: none, digests: none,
    }); // prettier-ignore
  }
});

const namesOf = async (filter: object) => {
  const { data } = await query<{ authors: { nodes: { name: string }[] } }>(
    `query ($filter: AuthorFilter) { authors(filter: $filter, first: 100) { nodes { name } } }`,
    { filter },
  );
  return data.authors.nodes.map(({ name }) => name).toSorted();
};
const papersOf = (name: string) => model.papers.filter(({ authors }) => authors.includes(name));
const authorsWho = (meets: (name: string) => boolean) => model.authors.filter(meets).toSorted();

test('an AuthorFilter matches by its rules', async () => {
  expect(await namesOf({ names: null })).toEqual(authorsWho(() => true));
  expect(await namesOf({ names: [] })).toEqual([]);
  expect(await namesOf({ categories: [] })).toEqual([]);
  expect(await namesOf({ names: ['jose  garcia', 'Nobody'] })).toEqual(['Jose Garcia', 'José García']);
  expect(await namesOf({ minPaperCount: 8, categories: ['eess.*'] })).toEqual(
    authorsWho(
      (name) =>
        papersOf(name).length >= 8 && papersOf(name).some(({ categories }) => categories.includes('eess.SY')),
    ),
  );
});
