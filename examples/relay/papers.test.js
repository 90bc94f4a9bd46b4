import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { fetchQuery } from 'relay-runtime';
import { loadNext, read, refetch } from './fragment.js';
import { Author, AuthorQuery, List, ListQuery } from './papers.js';
import { createEnvironment } from './relay.js';

const FIRST = 4;
const BY_TITLE = { first: FIRST, orderBy: 'TITLE' };

/** Bypasses Relay and its store. */
async function ask(query, variables) {
  const response = await fetch(process.env.PAPERGRAPH_URL ?? 'http://localhost:4000/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()).data;
}

const idsOf = ({ edges }) => edges.map(({ node }) => node.id);

let environment, expected;
before(async () => {
  const { papers } = await ask('{ papers(first: 100, orderBy: TITLE) { nodes { id } } }');
  expected = papers.nodes.map(({ id }) => id);
  assert.ok(expected.length > 2 * FIRST, 'too few papers for three pages');
});
beforeEach(() => {
  environment = createEnvironment();
});

const open = (query, variables, options) => fetchQuery(environment, query, variables, options).toPromise();

/** The length of the connection after each page. */
async function loadAll(fragment, reference, first) {
  const lengths = [];
  do lengths.push(read(environment, fragment, reference).papers.edges.length);
  while (await loadNext(environment, fragment, reference, first));
  return lengths;
}

const records = () => Object.values(environment.getStore().getSource().toJSON());
const papersKept = () => records().filter(({ __typename }) => __typename === 'Paper');

test('pages become one connection, without gaps or duplicates, and every paper one record', async () => {
  const list = await open(ListQuery, BY_TITLE);
  const lengths = await loadAll(List, list, FIRST);
  assert.deepEqual(lengths.slice(0, 3), [FIRST, 2 * FIRST, Math.min(3 * FIRST, expected.length)]);
  assert.deepEqual(idsOf(read(environment, List, list).papers), expected);

  assert.deepEqual(
    papersKept()
      .map(({ id }) => id)
      .toSorted(),
    expected.toSorted(),
  );
  const source = environment.getStore().getSource();
  const connection = source.get('client:root:__papersList_papers_connection(orderBy:"TITLE")');
  assert.deepEqual(
    connection.edges.__refs.map((edge) => source.get(edge).node.__ref),
    expected,
  );
});

test('a second read sends no request', async (t) => {
  await loadAll(List, await open(ListQuery, BY_TITLE), FIRST);
  const { mock } = t.mock.method(globalThis, 'fetch');
  const list = await open(ListQuery, BY_TITLE, { fetchPolicy: 'store-or-network' });
  assert.deepEqual(idsOf(read(environment, List, list).papers), expected);
  assert.equal(mock.callCount(), 0);
});

test('a refetch in another order is another list, and the first stays as it was', async () => {
  const newest = await open(ListQuery, { first: FIRST });
  const asItWas = read(environment, List, newest);
  const byTitle = await refetch(environment, List, newest, { orderBy: 'TITLE' });
  await loadAll(List, byTitle, FIRST);
  assert.deepEqual(idsOf(read(environment, List, byTitle).papers), expected);
  assert.deepEqual(read(environment, List, newest), asItWas);
});

test('an author is paged through node(id:), and the papers are the same records as in the list', async (t) => {
  const query = '{ authors(first: 1) { nodes { id name papers(first: 100) { nodes { id } } } } }';
  const [{ id, name, papers }] = (await ask(query)).authors.nodes;
  await loadAll(List, await open(ListQuery, BY_TITLE), FIRST);
  const listed = papersKept();

  const { author } = await open(AuthorQuery, { name, first: 2 });
  const { mock } = t.mock.method(globalThis, 'fetch');
  await loadAll(Author, author, 2);
  const asked = mock.calls.map((call) => JSON.parse(call.arguments[1].body));
  assert.ok(asked.length > 0);
  for (const { query: document, variables } of asked) {
    assert.match(document, /node\(id: \$id\)/);
    assert.equal(variables.id, id);
  }
  assert.deepEqual(
    idsOf(read(environment, Author, author).papers),
    papers.nodes.map(({ id }) => id),
  );
  assert.deepEqual(papersKept(), listed);
  assert.deepEqual(
    records()
      .filter(({ __typename }) => __typename === 'Author')
      .map(({ id }) => id),
    [id],
  );
});
