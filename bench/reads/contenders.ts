import { readFileSync } from 'node:fs';
import path from 'node:path';
import { nodeId } from '#papergraph/reads/paging/node-id';
import { dataOf, get, post } from '../support/http.ts';
import { PEERS } from '../support/peers.ts';
import { startPapergraph, startPeer, type Server } from '../support/servers.ts';
import type { Store } from '../support/store.ts';
import type { Data, DigestKey } from './data.ts';
import type { Args, Query } from './queries.ts';

/** One of the servers that answer the same queries. */
export interface Contender {
  readonly name: string;
  readonly server: Server;
  /** Prepares a query. Returns what writes the request with some arguments, as it goes over the wire. */
  readonly prepare: (name: string, query: Query, sample: Args) => Promise<(args: Args) => string>;
}

type Variables = Readonly<Record<string, unknown>>;

/** Creates the schema and the indexes of the peers. */
export async function createPeerSchema({ pool }: Store): Promise<void> {
  await pool.query(readFileSync(path.join(PEERS, 'schema.sql'), 'utf8'));
  await pool.query('vacuum analyze');
}

/** Starts all contenders on a store. */
export async function startContenders(store: Store, data: Data, node: string): Promise<Contender[]> {
  const start = { node, environment: store.environment };
  return [
    papergraph(await startPapergraph(store.dataDir, { node }), data),
    postgraphile(await startPeer('postgraphile.mjs', start)),
    handWritten(await startPeer('sql-server.ts', start)),
  ];
}

/** Arguments that all contenders take alike. */
function common({ first, value, digest, days, afterEntry }: Args): Variables {
  return { first, value, ...keyOf(digest), from: days?.[0], to: days?.[1], afterEntry };
}

function keyOf(digest: DigestKey | undefined): Partial<DigestKey> {
  const { entries: _, ...key } = digest ?? { entries: 0 };
  return key;
}

/** Papergraph. Its cursors are opaque, so that all pages of a list are read for them. */
export function papergraph(server: Server, data: Data): Contender {
  const known = new Map<string | DigestKey | undefined, ReadonlyMap<string, string>>();
  const cursors = async (list: string | DigestKey | undefined): Promise<ReadonlyMap<string, string>> => {
    const found =
      known.get(list) ?? (list === undefined ? new Map() : await walk(server, list, data.big.code));
    known.set(list, found);
    return found;
  };
  return {
    name: 'papergraph',
    server,
    prepare: async (_, { papergraph: document, list }) => {
      if (list === 'entries') for (const digest of data.digests) await cursors(digest);
      else await cursors(list);
      return (args) => {
        const { digest, author, afterEntry } = args;
        const after = known.get(digest ?? list)?.get(args.after?.arxivId ?? String(afterEntry));
        const value = author === undefined ? args.value : nodeId('Author', author);
        return post(server, document, { ...common(args), after, value, digest: digest && keyOf(digest) });
      };
    },
  };
}

interface Pages {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly key: string | number } }[];
}

/** The cursors of all items of a list: of papers by arXiv id, of entries of a digest by position. */
async function walk(server: Server, list: string | DigestKey, code: string): Promise<Map<string, string>> {
  const page = (field: string, key: string): string =>
    `page: ${field}(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { cursor node { key: ${key} } } }`;
  const document =
    list === 'papers'
      ? `query ($after: String) { ${page('papers', 'arxivId')} }`
      : list === 'category'
        ? `query ($after: String, $code: String!) { in: category(by: {code: $code}) { ${page('papers', 'arxivId')} } }`
        : `query ($after: String, $digest: DigestKey!) { in: digest(by: {key: $digest}) { ${page('entries', 'position')} } }`;
  const variables = typeof list === 'string' ? { code } : { digest: keyOf(list) };
  const cursors = new Map<string, string>();
  for (let after: string | undefined; ;) {
    const request = post(server, document, { ...variables, after });
    const answer = await dataOf<{ in: { page: Pages }; page: undefined } | { in: undefined; page: Pages }>(
      server,
      request,
    );
    const { pageInfo, edges } = answer.page ?? answer.in.page;
    for (const { cursor, node } of edges) cursors.set(String(node.key), cursor);
    if (!pageInfo.hasNextPage) return cursors;
    after = pageInfo.endCursor;
  }
}

/** Its cursors are the hash of an order, which one cursor tells, and the key of the item. */
function postgraphile(server: Server): Contender {
  const variables = (args: Args): Variables => ({ ...common(args), value: args.author ?? args.value });
  return {
    name: 'postgraphile',
    server,
    prepare: async (_, { postgraphile: document, list }, sample) => {
      const order = list && (await orderOf(server, document, variables(sample)));
      return (args) => {
        const key = args.after?.place ?? args.afterEntry;
        const after = key && Buffer.from(JSON.stringify([order, key])).toString('base64');
        return post(server, document, { ...variables(args), after });
      };
    },
  };
}

async function orderOf(server: Server, document: string, variables: Variables): Promise<string> {
  const withCursors = document.replace('{ nodes', '{ edges { cursor } nodes');
  const answer = await dataOf<object>(server, post(server, withCursors, { ...variables, first: 1 }));
  const [, cursor = ''] = /"cursor":"([^"]*)"/.exec(JSON.stringify(answer)) ?? [];
  const [order] = JSON.parse(Buffer.from(cursor, 'base64').toString() || '[""]') as [string];
  return order;
}

function handWritten(server: Server): Contender {
  return {
    name: 'sql',
    server,
    prepare: async (name) => (args) => {
      const { after, author } = args;
      const values = { ...common(args), author, after: after && { date: after.date, order: after.order } };
      return get(server, `/${name}?${encodeURIComponent(JSON.stringify(values))}`);
    },
  };
}
