import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';

const url = process.env.PAPERGRAPH_URL ?? 'http://localhost:4000/graphql';

/** A client that sends hashes, and the requests that it has sent so far. */
function createClient() {
  const sent = [];
  const noting = async (address, options) => {
    const response = await fetch(address, options);
    const withText = `${address} ${options.body ?? ''}`.includes('totalCount');
    sent.push([options.method, withText ? 'text' : 'hash', response.headers.get('cache-control')]);
    return response;
  };
  const exchanges = [persistedExchange({ preferGetForPersistedQueries: true }), fetchExchange];
  return { client: new Client({ url, exchanges, fetch: noting }), sent };
}

test('a document is sent once; then its hash is enough, and caches may store the answer', async () => {
  // No server knows this document yet.
  const query = `query Count${Date.now()} { papers { totalCount } }`;
  const first = createClient();
  const { data, error } = await first.client.query(query, {}).toPromise();
  assert.equal(error, undefined);
  assert.ok(data.papers.totalCount > 0);
  assert.deepEqual(
    first.sent.map(([, what]) => what),
    ['hash', 'text'],
  );
  assert.match(first.sent[0][2], /no-store/);

  const second = createClient();
  assert.deepEqual((await second.client.query(query, {}).toPromise()).data, data);
  assert.deepEqual(second.sent, [['GET', 'hash', 'public, max-age=0, must-revalidate']]);
});
