import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { gql } from '@urql/core';
import { createClient, introspect } from './client.js';
import { growingList } from './papers.js';

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

async function unpaged(orderBy) {
  const query =
    'query ($orderBy: PaperOrder) { papers(first: 100, orderBy: $orderBy) { nodes { id arxivId title } } }';
  return (await ask(query, { orderBy })).papers.nodes;
}

async function last(iterable) {
  let value;
  for await (value of iterable);
  return value;
}

/** The nodes of a connection, without what the cache adds to each. */
const nodesOf = ({ edges }) => edges.map(({ node: { __typename, ...node } }) => node);

let schema, client, expected;
before(async () => {
  schema = await introspect();
  expected = await unpaged(BY_TITLE.orderBy);
  assert.ok(expected.length > 2 * FIRST, 'too few papers for three pages');
});
beforeEach(() => {
  client = createClient(schema);
});

test('pages merge into the one list of their filter and order, without gaps or duplicates', async (t) => {
  const { mock } = t.mock.method(globalThis, 'fetch');
  const lengths = [];
  let list;
  for await (list of growingList(client, BY_TITLE)) lengths.push(list.edges.length);
  assert.deepEqual(lengths.slice(0, 3), [FIRST, 2 * FIRST, Math.min(3 * FIRST, expected.length)]);
  assert.equal(mock.callCount(), lengths.length);
  assert.deepEqual(nodesOf(list), expected);
  assert.equal(list.totalCount, expected.length);
});

test('a list of another order is another list', async () => {
  await last(growingList(client, BY_TITLE));
  const newest = await last(growingList(client, { first: FIRST, orderBy: 'NEWEST' }));
  assert.deepEqual(nodesOf(newest), await unpaged('NEWEST'));
  assert.deepEqual(nodesOf(await last(growingList(client, BY_TITLE))), expected);
});

test('a second read sends no request', async (t) => {
  await last(growingList(client, BY_TITLE));
  const { mock } = t.mock.method(globalThis, 'fetch');
  assert.deepEqual(nodesOf(await last(growingList(client, BY_TITLE))), expected);
  assert.equal(mock.callCount(), 0);
});

test("an author's papers are the same entities as in the list", async () => {
  const authorWith = (fields) => gql`
    query ($name: String!) {
      author(by: { name: $name }) {
        id
        papers(first: 100) { edges { node { ${fields} } } }
      }
    }`;
  await last(growingList(client, BY_TITLE));
  const [author] = (await ask('{ authors(first: 1) { nodes { name } } }')).authors.nodes;
  // The server returns only ids, so the titles must come from the cached list.
  await client.query(authorWith('id'), author).toPromise();
  const context = { requestPolicy: 'cache-only' };
  const { data } = await client.query(authorWith('id arxivId title'), author, context).toPromise();

  const papers = nodesOf(data.author.papers);
  assert.ok(papers.length > 0);
  for (const paper of papers)
    assert.deepEqual(
      paper,
      expected.find(({ id }) => id === paper.id),
    );
});

test('objects without an id need no configuration: the cache logs no warnings', async (t) => {
  const warnings = ['warn', 'error'].map((level) => t.mock.method(console, level).mock);
  const nested = gql`
    {
      authors(first: 1) {
        nodes {
          id
          categories {
            paperCount
            category {
              id
              code
            }
          }
        }
      }
    }
  `;
  const { data, error } = await client.query(nested).toPromise();
  assert.equal(error, undefined);
  assert.ok(data.authors.nodes[0].categories[0].category.code);
  assert.deepEqual(
    warnings.flatMap(({ calls }) => calls.map((call) => call.arguments[0])),
    [],
  );
});
