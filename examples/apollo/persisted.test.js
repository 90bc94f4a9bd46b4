import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { parse } from 'graphql';

const uri = process.env.PAPERGRAPH_URL ?? 'http://localhost:4000/graphql';
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** A client that sends hashes, and the requests that it has sent so far. */
function createClient() {
  const sent = [];
  const noting = async (url, options) => {
    const response = await fetch(url, options);
    const withText = `${url} ${options.body ?? ''}`.includes('totalCount');
    sent.push([options.method, withText ? 'text' : 'hash', response.headers.get('cache-control')]);
    return response;
  };
  const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
  const client = new ApolloClient({
    link: link.concat(new HttpLink({ uri, fetch: noting })),
    cache: new InMemoryCache(),
  });
  return { client, sent };
}

test('a document is sent once; then its hash is enough, and caches may store the answer', async () => {
  // No server knows this document yet.
  const query = parse(`query Count${Date.now()} { papers { totalCount } }`);
  const first = createClient();
  const { data } = await first.client.query({ query });
  assert.ok(data.papers.totalCount > 0);
  assert.deepEqual(
    first.sent.map(([, what]) => what),
    ['hash', 'text'],
  );
  assert.equal(first.sent[0][2], 'no-store');

  const second = createClient();
  assert.deepEqual((await second.client.query({ query })).data, data);
  assert.deepEqual(second.sent, [['GET', 'hash', 'public, max-age=0, must-revalidate']]);
});
