import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphql } from './__generated__/gql.js';
import { PAPERS, papers, type Paper } from './papers.js';
import { request } from './request.js';

const FIRST = 4;

test('the pages, one after the other, are the unpaged list', async (t) => {
  const { nodes } = (await request(PAPERS, { first: 100, orderBy: 'TITLE' })).papers;
  assert.ok(nodes.length > 2 * FIRST, 'too few papers for three pages');

  const { mock } = t.mock.method(globalThis, 'fetch');
  const paged: Paper[] = [];
  for await (const paper of papers({ first: FIRST, orderBy: 'TITLE' })) paged.push(paper);
  assert.deepEqual(paged, nodes);
  assert.equal(mock.callCount(), Math.ceil(nodes.length / FIRST));
});

const PAPER = graphql(`
  query Paper($arxivId: String!) {
    paper(by: { arxivId: $arxivId }) {
      title
      firstSeenAt
    }
  }
`);

test('an absent object is null, in the type and in the response', async () => {
  const { paper } = await request(PAPER, { arxivId: '0704.0001' });
  assert.equal(paper, null);
});

test('a refusal is thrown with its code', async () => {
  await assert.rejects(request(PAPERS, { first: 101 }), /^Error: BAD_USER_INPUT: /);
  await assert.rejects(request(PAPER, { arxivId: 'not an id' }), /^Error: BAD_USER_INPUT: /);
});

// Never run: the build fails unless each of these is an error.
export function doesNotCompile(paper: Paper) {
  return [
    // @ts-expect-error: no such order
    () => request(PAPERS, { orderBy: 'LENGTH' }),
    // @ts-expect-error: a number
    () => request(PAPERS, { first: '4' }),
    // @ts-expect-error: no such variable
    () => request(PAPERS, { limit: 4 }),
    // @ts-expect-error: a variable is missing
    () => request(PAPER, {}),
    // @ts-expect-error: a string, not anything
    () => paper.firstDigestDate.getFullYear(),
    // @ts-expect-error: may be null
    () => paper.primaryCategory.name,
    // @ts-expect-error: the document does not ask for it
    () => paper.abstract,
  ];
}
