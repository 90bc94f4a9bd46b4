import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { getIntrospectionQuery } from 'graphql';

const url = process.env.PAPERGRAPH_URL ?? 'http://localhost:4000/graphql';

/** The schema in the form that the cache needs. A bundled app would keep it in a file. */
export async function introspect() {
  const client = new Client({ url, exchanges: [fetchExchange] });
  const { data, error } = await client.query(getIntrospectionQuery()).toPromise();
  if (error) throw error;
  return data;
}

export function createClient(schema) {
  const cache = cacheExchange({
    schema,
    keys: keysOf(schema),
    // Merges the pages of a list. Lists with other arguments, such as a filter, are kept apart automatically.
    resolvers: {
      Query: { papers: relayPagination() },
      Author: { papers: relayPagination() },
      Category: { papers: relayPagination() },
      Paper: { authors: relayPagination() },
    },
  });
  return new Client({ url, exchanges: [cache, fetchExchange] });
}

/**
 * Objects with an `id` are stored once each. All others (edges, counts, facets) are stored within their
 * parent.
 */
function keysOf({ __schema: { types } }) {
  const withoutId = types.filter(({ fields }) => fields?.every(({ name }) => name !== 'id'));
  return Object.fromEntries(withoutId.map(({ name }) => [name, () => null]));
}
