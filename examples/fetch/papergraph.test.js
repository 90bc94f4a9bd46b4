import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpError, PAPERS, PapergraphError, papers, request } from './papergraph.js';

const FIRST = 4;
const unpaged = async (variables) => (await request(PAPERS, { ...variables, first: 100 })).papers.nodes;

test('the pages, one after the other, are the unpaged list', async (t) => {
  const expected = await unpaged({ orderBy: 'TITLE' });
  assert.ok(expected.length > 2 * FIRST, 'too few papers for three pages');

  const { mock } = t.mock.method(globalThis, 'fetch');
  const paged = [];
  for await (const paper of papers({ orderBy: 'TITLE', first: FIRST })) paged.push(paper);
  assert.deepEqual(paged, expected);
  assert.equal(mock.callCount(), Math.ceil(expected.length / FIRST));
});

test('leaving the loop stops loading pages', async (t) => {
  const { mock } = t.mock.method(globalThis, 'fetch');
  for await (const paper of papers({ first: FIRST })) {
    assert.ok(paper.title);
    break;
  }
  assert.equal(mock.callCount(), 1);
});

test('variables carry the filter', async () => {
  const [paper] = await unpaged();
  assert.deepEqual(await unpaged({ filter: { arxivIds: [paper.arxivId] } }), [paper]);
});

test('a refusal has a code, whatever the HTTP status', async () => {
  const codesOf = async (...question) => {
    const error = await request(...question).then(assert.fail, (reason) => reason);
    assert.ok(error instanceof PapergraphError, error);
    return error.codes;
  };
  assert.deepEqual(await codesOf(PAPERS, { first: 101 }), ['BAD_USER_INPUT']);
  assert.deepEqual(await codesOf(PAPERS, { after: 'not a cursor' }), ['CURSOR_INVALID']);
  assert.deepEqual(await codesOf('{ nope }'), ['GRAPHQL_VALIDATION_FAILED']);
});

test('an answer that is not GraphQL is an HTTP error', async (t) => {
  t.mock.method(globalThis, 'fetch', async () => new Response('<h1>Try later</h1>', { status: 503 }));
  await assert.rejects(
    request('{ __typename }'),
    (error) => error instanceof HttpError && error.status === 503,
  );
});
