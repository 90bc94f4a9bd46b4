import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeId } from '../../src/reads/paging/node-id.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { generateModel, insertModel } from '../support/generated-store.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { walk } from '../support/walk.ts';

const model = generateModel({ seed: 5, papers: 90, authors: 30, days: 6 });
const [busiest] = model.papers.toSorted(
  (a, b) => b.entries.length - a.entries.length || b.authors.length - a.authors.length,
);
const [largest] = model.digests.toSorted((a, b) => b.entries.length - a.entries.length);
const RUN = randomUUID();
let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(database.pool, model);
  const counts = 'entries, papers_added, papers_revised, summaries_added, unchanged, rejected';
  // Two runs at the same instant are ordered by their ids.
  const runs = [RUN, ...Array.from({ length: 6 }, () => randomUUID())];
  for (const [index, id] of runs.entries())
    await database.pool.query(
      `insert into ingest_run (id, status, started_at, duration_ms, ${counts})
        values ($1, 'PARTIAL', $2, 5, 1, 1, 1, 1, 1, 1)`,
      [id, `2026-06-01T12:00:00.12${Math.floor(index / 2)}Z`],
    );
  for (let position = 1; position <= 7; position++)
    await database.pool.query(
      `insert into ingest_problem (run_id, position, severity, message) values ($1, $2, 'WARNING', 'wrong')`,
      [RUN, position],
    );
  query = queryOf(database);
});
afterAll(async () => await database.close());

const paper = `paper(by: {arxivId: "${busiest?.arxivId}"})`;
const largestLanguage = JSON.stringify(largest?.language);
const largestKey = `{source: "${largest?.source}", date: "${largest?.date}", language: ${largestLanguage}}`;
const digest = `digest(by: {key: ${largestKey}})`;

const LISTS: [string, string, string][] = [
  ['papers(', 'id', 'FIELD'],
  ['authors(orderBy: NAME, ', 'id', 'FIELD'],
  ['authors(', 'id', 'FIELD'],
  ['authors(filter: {categories: ["cs.*"], minPaperCount: 3}, ', 'id', 'FIELD'],
  ['categories(', 'id', 'FIELD'],
  ['categories(orderBy: PAPER_COUNT, ', 'id', 'FIELD'],
  ['sources(', 'id', 'FIELD'],
  ['digests(', 'id', 'FIELD'],
  ['digests(orderBy: OLDEST, filter: {raw: false}, ', 'id', 'FIELD'],
  ['ingestRuns(', 'id', 'FIELD'],
  ['papers(orderBy: TITLE, ', 'id', 'author(by: {name: "Yang Liu"}) { FIELD }'],
  ['papers(orderBy: OLDEST, ', 'id', 'category(by: {code: "cs.CV"}) { FIELD }'],
  ['digests(', 'id', 'source(by: {name: "gamma"}) { FIELD }'],
  ['authors(', 'id', `${paper} { FIELD }`],
  ['digests(', 'id', `${paper} { FIELD }`],
  ['entries(', 'id', `${paper} { FIELD }`],
  ['summaries(', 'id', `${paper} { FIELD }`],
  ['entries(', 'id', `${digest} { FIELD }`],
  ['problems(', 'message', `node(id: "${nodeId('IngestRun', RUN)}") { ... on IngestRun { FIELD } }`],
];

describe.each(LISTS)('%s…) { %s } in %s', (field, selection, within) => {
  test('has the same items forward, backward and in one page, and their total', async () => {
    const how = { field, select: selection, within };
    const whole = await walk(query, { ...how, size: 100 });
    expect(whole.length).toBeGreaterThan(1);
    expect(await walk(query, { ...how, size: 2 })).toEqual(whole);
    expect(await walk(query, { ...how, size: 2, backward: true })).toEqual(whole);
    const { data } = await query(
      `{ ${within.replace('FIELD', `${field}first: 0) { totalCount nodes { __typename } }`)} }`,
    );
    expect(JSON.stringify(data)).toContain(`"totalCount":${whole.length},"nodes":[]`);
  });
});

interface Papers {
  papers: { nodes: { id: string }[]; edges: { cursor: string }[]; pageInfo: object };
}

async function papers(args: string): Promise<Papers['papers']> {
  const { data, errors } = await query<Papers>(
    `{ papers${args} { nodes { id } edges { cursor }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
  );
  expect(errors).toBeUndefined();
  return data.papers;
}

test('a page has 20 items without first and last, or if they are null', async () => {
  const { nodes } = await papers('(first: 20)');
  expect((await papers('')).nodes).toEqual(nodes);
  expect((await papers('(first: null, last: null)')).nodes).toEqual(nodes);
});

test('after and before together limit a page at both ends', async () => {
  const { edges, nodes } = await papers('(first: 10)');
  const [after, before] = [edges[1]?.cursor, edges[6]?.cursor];
  const between = await papers(`(first: 10, after: "${after}", before: "${before}")`);
  expect(between.nodes).toEqual(nodes.slice(2, 6));
  expect(between.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  const last = await papers(`(last: 2, after: "${after}", before: "${before}")`);
  expect(last.nodes).toEqual(nodes.slice(4, 6));
  expect(last.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
});

test('an empty page has no cursors', async () => {
  const { edges } = await papers('(last: 1)');
  const { pageInfo, nodes } = await papers(`(first: 5, after: "${edges[0]?.cursor}")`);
  expect(nodes).toEqual([]);
  expect(pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null });
});

const refusal = async (document: string) => {
  const { errors } = await query(document);
  return errors?.map(({ extensions }) => extensions);
};

test.each([
  ['first: 1, last: 1', 'first'],
  ['first: -1', 'first'],
  ['first: 101', 'first'],
  ['last: -1', 'last'],
  ['last: 101', 'last'],
])('%s is BAD_USER_INPUT', async (args, argument) => {
  expect(await refusal(`{ papers(${args}) { totalCount } }`)).toEqual([
    { code: 'BAD_USER_INPUT', argument: [argument] },
  ]);
});

test('a cursor is valid for its own field, parent and order only', async () => {
  const { data } = await query<{ author: { papers: { edges: { cursor: string }[] } } }>(
    '{ author(by: {name: "Yang Liu"}) { papers(first: 1) { edges { cursor } } } }',
  );
  const cursor = data.author.papers.edges[0]?.cursor;
  const by = (name: string, args = '') =>
    `{ author(by: {name: "${name}"}) { papers(first: 1, after: "${cursor}"${args}) { nodes { id } } } }`;
  expect(await refusal(by('Yang Liu'))).toBeUndefined();
  expect(await refusal(by('Yang Liu', ', orderBy: NEWEST, filter: {hasCode: true}'))).toBeUndefined();
  const invalid = [{ code: 'CURSOR_INVALID', argument: ['after'] }];
  expect(await refusal(by('José García'))).toEqual(invalid);
  expect(await refusal(by('Yang Liu', ', orderBy: OLDEST'))).toEqual(invalid);
  expect(await refusal(`{ papers(first: 1, after: "${cursor}") { nodes { id } } }`)).toEqual(invalid);
});

test('any text that is not a cursor is CURSOR_INVALID', async () => {
  const { edges } = await papers('(first: 1)');
  const [scope] = JSON.parse(Buffer.from(edges[0]?.cursor ?? '', 'base64url').toString()) as [string];
  const forged = [
    [], [scope], [scope, '2025-01-01'], [scope, '2025-01-01', 7], [scope, '2025-02-30', 'a'],
    [scope, null, 'a'], [scope, "'; drop table paper", 'a'], [scope, '2025-01-01', 'a\0'],
    [scope, '2025-01-01', 'a', 'b'], ['other', '2025-01-01', 'a'],
  ].map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')); // prettier-ignore
  for (const cursor of ['', 'none', '{}', '💥', ...forged])
    expect(await refusal(`{ papers(last: 1, before: ${JSON.stringify(cursor)}) { nodes { id } } }`)).toEqual([
      { code: 'CURSOR_INVALID', argument: ['before'] },
    ]);
});

test('an impossible score in a cursor is CURSOR_INVALID, any other is a position in the list', async () => {
  const search = 'filter: {search: "attention"}';
  const { edges } = await papers(`(first: 1, ${search})`);
  const cursor = Buffer.from(edges[0]?.cursor ?? '', 'base64url').toString();
  const forged = (score: string) => {
    const text = cursor.replace(/,[\d.]+,/, `,${score},`);
    expect(JSON.parse(text)).toHaveLength(3);
    const after = Buffer.from(text).toString('base64url');
    return `{ papers(first: 1, ${search}, after: "${after}") { nodes { id } } }`;
  };
  for (const score of ['1e39', '-1e39', '1e-60', '-1e-60', '9e999', 'null', '"0.5"'])
    expect(await refusal(forged(score))).toEqual([{ code: 'CURSOR_INVALID', argument: ['after'] }]);
  for (const score of ['0', '-0', '1e-44', '3.4e38', '-3.4e38', '0.6079271'])
    expect(await refusal(forged(score))).toBeUndefined();
});
