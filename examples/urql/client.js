import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { getIntrospectionQuery } from 'graphql';

const url = process.env.PAPERGRAPH_URL ?? 'http://localhost:4000/graphql';

/** The schema, as the cache takes it. A bundled app keeps it in a file. */
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
    // The pages of a list read as one. Arguments that make it another list, such as a filter, are seen to by themselves.
    resolvers: {
      Query: { papers: relayPagination() },
      Author: { papers: relayPagination() },
      Category: { papers: relayPagination() },
      Paper: { authors: relayPagination() },
    },
  });
  return new Client({ url, exchanges: [cache, fetchExchange] });
}

/** Whatever has an `id` is kept once. The rest (edges, counts, facets) is kept inside the object that shows it. */
function keysOf({ __schema: { types } }) {
  const withoutId = types.filter(({ fields }) => fields?.every(({ name }) => name !== 'id'));
  return Object.fromEntries(withoutId.map(({ name }) => [name, () => null]));
}
