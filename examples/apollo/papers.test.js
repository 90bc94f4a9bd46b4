import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createClient } from './client.js';
import { AUTHOR, growingList, PAPERS } from './papers.js';

const FIRST = 4;
const BY_TITLE = { first: FIRST, orderBy: 'TITLE' };

/** Bypasses the client and its cache. */
async function ask(query, variables) {
  const response = await fetch(process.env.PAPERGRAPH_URL ?? 'http://localhost:4000/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()).data;
}

async function unpagedIds(orderBy) {
  const query = 'query ($orderBy: PaperOrder) { papers(first: 100, orderBy: $orderBy) { nodes { id } } }';
  return (await ask(query, { orderBy })).papers.nodes.map(({ id }) => id);
}

async function last(iterable) {
  let value;
  for await (value of iterable);
  return value;
}

const references = (connection) => connection.edges.map(({ node }) => node.__ref);

let client, expected;
beforeEach(async () => {
  client = createClient();
  expected = await unpagedIds(BY_TITLE.orderBy);
  assert.ok(expected.length > 2 * FIRST, 'too few papers for three pages');
});

test('pages merge into the one list of their filter and order, without gaps or duplicates', async () => {
  const lengths = [];
  for await (const { edges } of growingList(client, BY_TITLE)) lengths.push(edges.length);
  assert.deepEqual(lengths.slice(0, 3), [FIRST, 2 * FIRST, Math.min(3 * FIRST, expected.length)]);

  const { ROOT_QUERY } = client.cache.extract();
  const lists = Object.keys(ROOT_QUERY).filter((field) => field.startsWith('papers'));
  assert.deepEqual(lists, ['papers:{"orderBy":"TITLE"}']);
  assert.deepEqual(
    references(ROOT_QUERY[lists[0]]),
    expected.map((id) => `Paper:${id}`),
  );
});

test('a list of another order is another list', async () => {
  const byTitle = await last(growingList(client, BY_TITLE));
  const newest = await last(growingList(client, { first: FIRST, orderBy: 'NEWEST' }));
  assert.deepEqual(
    newest.edges.map(({ node }) => node.id),
    await unpagedIds('NEWEST'),
  );
  assert.deepEqual(client.readQuery({ query: PAPERS, variables: BY_TITLE }).papers, byTitle);
});

test("an author's papers are the same entities as in the list", async () => {
  await last(growingList(client, BY_TITLE));
  const papersKept = () => Object.keys(client.cache.extract()).filter((key) => key.startsWith('Paper:'));
  const listed = papersKept();
  assert.deepEqual(listed.toSorted(), expected.map((id) => `Paper:${id}`).toSorted());

  const [{ name }] = (await ask('{ authors(first: 1) { nodes { name } } }')).authors.nodes;
  const { data } = await client.query({ query: AUTHOR, variables: { name, first: FIRST } });
  const author = client.cache.extract()[client.cache.identify(data.author)];
  const written = references(author['papers:{}']);
  assert.equal(written.length, data.author.papers.edges.length);
  assert.ok(written.every((key) => listed.includes(key)));
  assert.deepEqual(papersKept(), listed);
});

test('a second read sends no request', async (t) => {
  await last(growingList(client, BY_TITLE));
  const { mock } = t.mock.method(globalThis, 'fetch');
  const again = await last(growingList(client, BY_TITLE));
  assert.deepEqual(
    again.edges.map(({ node }) => node.id),
    expected,
  );
  assert.equal(mock.callCount(), 0);
});
