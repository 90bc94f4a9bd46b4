import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeId } from '../../src/reads/paging/node-id.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { entryKey, generateModel, insertModel } from '../support/generated-store.ts';
import { queryOf, type Query } from '../support/graphql.ts';

const model = generateModel({ seed: 29, papers: 60, authors: 20, days: 3 });
const RUN = randomUUID();
let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(database.pool, model);
  await database.pool.query(
    `insert into ingest_run (id, status, started_at, duration_ms, entries, papers_added, papers_revised, summaries_added,
      unchanged, rejected) values ($1, 'REFUSED', '2026-06-01T12:00:00.5Z', 5, 0, 0, 0, 0, 0, 3)`,
    [RUN],
  );
  query = queryOf(database);
});
afterAll(async () => await database.close());

test('every object with an id is found by it, with its type', async () => {
  const { data } = await query(`{ papers(first: 10) { nodes { id __typename
      authors(first: 1) { nodes { id __typename } } categories { id __typename }
      summaries { nodes { id __typename entry { id __typename } digest { id __typename source { id __typename } } } } } }
    ingestRuns { nodes { id __typename } } }`);
  const things = [...JSON.stringify(data).matchAll(/"id":"([^"]+)","__typename":"([^"]+)"/g)];
  expect(new Set(things.map(([, , type]) => type)).size).toBe(8);
  for (const [, id, type] of things) {
    const { data: found, errors } = await query(`query ($id: ID!) { node(id: $id) { id __typename } }`, {
      id,
    });
    expect(errors).toBeUndefined();
    expect(found).toEqual({ node: { id, __typename: type } });
  }
});

test('superseded entries and their summaries keep their ids', async () => {
  const superseded = model.entries.find(({ current, status }) => !current && status !== undefined);
  if (superseded === undefined) throw new Error('expected a superseded entry in the model');
  const ids = [nodeId('DigestEntry', entryKey(superseded)), nodeId('Summary', entryKey(superseded))];
  const { data } = await query(`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, { ids });
  expect(data).toEqual({ nodes: ids.map((id) => ({ id })) });
});

const NAMELESS = [
  '', 'none', 'Paper:2501.00001', nodeId('Paper', ''), nodeId('Paper', 'none'), nodeId('Author', 'a\0b'), nodeId('Digest', '["\\u0000","2025-01-01",null]'),
  nodeId('Digest', 'none'), nodeId('Digest', '["gamma","2025-02-30",null]'), nodeId('Digest', '["gamma", "2025-01-01", null]'),
  nodeId('IngestRun', 'none'), nodeId('IngestRun', randomUUID()), nodeId('Category', 'cs.SY'), nodeId('Summary', 'none'),
  Buffer.from('PageInfo:1').toString('base64url'), Buffer.from('toString:1').toString('base64url'), '%%%', `${nodeId('Source', 'gamma')}=`,
]; // prettier-ignore

test('unknown, malformed and wrongly typed ids return null, not an error', async () => {
  const { data, errors } = await query(`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, { ids: NAMELESS });
  expect(errors).toBeUndefined();
  expect(data).toEqual({ nodes: NAMELESS.map(() => null) });
  const paper = nodeId('Paper', model.papers[0]?.arxivId ?? '');
  const wrong = await query(
    `query ($id: ID!) { author(by: {id: $id}) { id } category(by: {id: $id}) { id } source(by: {id: $id}) { id }
      digest(by: {id: $id}) { id } found: paper(by: {id: $id}) { id } }`,
    { id: paper },
  );
  expect(wrong.errors).toBeUndefined();
  expect(wrong.data).toEqual({
    author: null,
    category: null,
    source: null,
    digest: null,
    found: { id: paper },
  });
});

test('nodes keeps the order of its ids and accepts an id twice', async () => {
  const [a, b] = model.papers.map(({ arxivId }) => nodeId('Paper', arxivId));
  const { data } = await query(`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, {
    ids: [b, 'none', a, b],
  });
  expect(data).toEqual({ nodes: [{ id: b }, null, { id: a }, { id: b }] });
});

const errorsOf = async (count: number) => {
  const ids = Array.from({ length: count }, String);
  return (await query(`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, { ids })).errors;
};

test('nodes accepts 100 ids, not 101', async () => {
  expect(await errorsOf(100)).toBeUndefined();
  expect((await errorsOf(101))?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: ['ids'] });
});

test('instants are RFC 3339 in UTC with three fraction digits, days are days', async () => {
  const { data } = await query<{
    ingestRuns: { nodes: object[] };
    papers: { nodes: { firstSeenAt: string; firstDigestDate: string }[] };
  }>(
    '{ ingestRuns { nodes { startedAt status rejected digest { id } } } papers(first: 1) { nodes { firstSeenAt firstDigestDate } } }',
  );
  expect(data.ingestRuns.nodes).toEqual([
    { startedAt: '2026-06-01T12:00:00.500Z', status: 'REFUSED', rejected: 3, digest: null },
  ]);
  expect(data.papers.nodes).toEqual([
    {
      firstSeenAt: '2026-06-01T12:00:00.000Z',
      firstDigestDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
    },
  ]);
});
