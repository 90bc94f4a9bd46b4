import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { faultyPool, type Sent } from '../support/faulty-pool.ts';
import { generateModel, insertModel } from '../support/generated-store.ts';
import { queryOf, type Query } from '../support/graphql.ts';

const model = generateModel({ seed: 11, papers: 400, authors: 300, days: 10 });
let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(database.pool, model);
  query = queryOf(database);
});
afterAll(async () => await database.close());

/** The statement that every query begins with. */
const VERSION = { name: 'storeVersion', rows: 1 };

const NESTED = `query ($n: Int) { papers(first: $n) { nodes { id authors(first: 6) { nodes { name
  papers(first: 5) { nodes { id categories { code } } } } } } } }`;

interface Nested {
  papers: {
    nodes: { id: string; authors: { nodes: { name: string; papers: { nodes: { id: string }[] } }[] } }[];
  };
}

test('a nested query takes as many statements for 100 parents as for one, limited per parent', async () => {
  for (const n of [1, 10, 100]) {
    const { data, errors, statements } = await query<Nested>(NESTED, { n });
    expect(errors).toBeUndefined();
    const papers = data.papers.nodes;
    const authors = new Map(
      papers.flatMap(({ authors: list }) => list.nodes.map((author) => [author.name, author])),
    );
    const nested = new Set(
      [...authors.values()].flatMap((author) => author.papers.nodes.map(({ id }) => id)),
    );
    const rows = Object.fromEntries(statements.map((statement) => [statement.name, statement.rows]));
    const papersRead = statements.filter(({ name }) => name === 'paperById').map((each) => each.rows);
    expect(papers).toHaveLength(n);
    expect(statements.map(({ name }) => name)).toEqual([
      'storeVersion',
      'Query.papers',
      'Paper.authors',
      'Author.papers',
      'paperById',
      'Paper.categories',
      'categoryById',
    ]);
    // Each paper is read once, however many nested lists contain it.
    expect(papersRead).toEqual([nested.size]);
    expect(rows['Query.papers']).toBeLessThanOrEqual(n + 1);
    expect(rows['Paper.authors']).toBeLessThanOrEqual(n * (6 + 1));
    expect(rows['Author.papers']).toBeLessThanOrEqual(authors.size * (5 + 1));
    expect(rows['Paper.categories']).toBeLessThanOrEqual(nested.size * 5);
  }
});

test('a field with other arguments is one more statement for all parents', async () => {
  const { statements } = await query(`{ papers(first: 50) { nodes {
    one: authors(first: 1) { nodes { id } }
      two: authors(first: 2) { nodes { id } } again: authors(first: 2) { nodes { id } }
  } } }`);
  expect(statements.map(({ name }) => name)).toEqual([
    'storeVersion',
    'Query.papers',
    'Paper.authors',
    'Paper.authors',
  ]);
});

test('a total is in its page’s statement, reads no page alone, and is counted only if selected', async () => {
  const page = await query(
    `{ papers(first: 3) { totalCount ...F } } fragment F on PaperConnection { nodes { id } }`,
  );
  expect(page.statements).toEqual([VERSION, { name: 'Query.papers', rows: 4 }]);
  const alone = await query(
    `{ papers { ...F } } fragment F on PaperConnection { ... { count: totalCount } }`,
  );
  expect(alone.data).toEqual({ papers: { count: 400 } });
  expect(alone.statements).toEqual([VERSION, { name: 'Query.papers', rows: 1 }]);
  const texts = await textsOf('{ papers(first: 3) { nodes { id } } }');
  expect(texts.join()).not.toContain('count(');
});

test('unfiltered totals of an author and of a category come from the counters', async () => {
  await database.pool.query(`update author set paper_count = 4711 where name = 'Yang Liu'`);
  const { data } = await query<{ author: object }>(
    `{ author(by: {name: "Yang Liu"}) {
      paperCount papers { totalCount } none: papers(filter: {or: []}) { totalCount } } }`,
  );
  expect(data.author).toEqual({ paperCount: 4711, papers: { totalCount: 4711 }, none: { totalCount: 0 } });
});

test('ids that are requested together are one statement for each type', async () => {
  const { data } = await query<{ papers: { nodes: { id: string }[] }; authors: { nodes: { id: string }[] } }>(
    '{ papers(first: 50) { nodes { id } } authors(first: 50) { nodes { id } } }',
  );
  const ids = [...data.papers.nodes, ...data.authors.nodes].map(({ id }) => id);
  const { data: found, statements } = await query(`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, {
    ids,
  });
  expect(found).toEqual({ nodes: ids.map((id) => ({ id })) });
  expect(statements.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
    { name: 'authorByName', rows: 50 },
    { name: 'paperByArxivId', rows: 50 },
    VERSION,
  ]);
});

/** The names under which a document's statements are prepared, after the one that reads the version; undefined if they are not. */
async function namesOf(document: string, prepared: boolean): Promise<(string | undefined)[]> {
  return (await spied(document, prepared)).slice(1).map(({ name }) => name);
}

async function textsOf(document: string): Promise<string[]> {
  return (await spied(document, true)).map(({ text }) => text);
}

async function spied(document: string, prepared: boolean): Promise<Sent[]> {
  const sent: Sent[] = [];
  const pool = faultyPool(database.pool, (statement) => void sent.push(statement));
  const { errors } = await queryOf({ pool }, { prepared })(document);
  expect(errors).toBeUndefined();
  return sent;
}

test('statements are prepared by name, except filtered ones, and if names are turned off', async () => {
  const first = await namesOf('{ papers(first: 8) { nodes { id } } }', true);
  expect(first).toEqual([expect.stringMatching(/^Query\.papers:[\da-f]{16}$/)]);
  // Common sizes have a text of their own.
  expect(await namesOf('{ papers { nodes { id } } }', true)).not.toEqual(first);
  expect(await namesOf('{ papers(first: 7) { nodes { id } } }', true)).toEqual(first);
  expect(await namesOf('{ papers(last: 7) { nodes { id } } }', true)).not.toEqual(first);
  expect(await namesOf('{ papers(filter: {hasCode: true}) { nodes { id } } }', true)).toEqual([undefined]);
  expect(await namesOf('{ papers(first: 1) { nodes { id } } }', false)).toEqual([undefined]);
});

test('statements of facets are never prepared by name', async () => {
  const prepared = async () => {
    const { rows } = await database.pool.query<{ name: string }>('select name from pg_prepared_statements');
    return rows.map(({ name }) => name).toSorted();
  };
  await query('{ papers(first: 0) { totalCount } }');
  const before = await prepared();
  for (const facets of ['withCode', 'withSummary', 'withCode withSummary', 'withSummary withCode']) {
    const { errors } = await query(`{ papers(first: 0) { totalCount facets { ${facets} } } }`);
    expect(errors).toBeUndefined();
  }
  expect(await prepared()).toEqual(before);
});
