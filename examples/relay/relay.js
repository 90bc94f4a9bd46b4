import { Environment, Network, RecordSource, Store } from 'relay-runtime';

const url = process.env.PAPERGRAPH_URL ?? 'http://localhost:4000/graphql';

export const createEnvironment = () =>
  new Environment({ network: Network.create(send), store: new Store(new RecordSource()) });

async function send({ text: query }, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  // The response is not from GraphQL. Errors of GraphQL itself are raised by Relay.
  if (!response.headers.get('content-type')?.includes('json')) throw new Error(`HTTP ${response.status}`);
  return await response.json();
}

/**
 * Loads the artifact that relay-compiler made from a document. A bundler's plugin does this at build time.
 * Here it happens when the module is loaded, so that the example needs no bundler.
 */
export async function graphql([document]) {
  const [, name] = /^\s*(?:query|fragment)\s+(\w+)/.exec(document);
  return (await import(`./__generated__/${name}.graphql.js`)).default;
}
