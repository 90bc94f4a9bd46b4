import { createHash } from 'node:crypto';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { DocumentSettings } from '../../src/pipeline/document-ids.ts';
import { readTrustedDocuments, TrustedDocuments } from '../../src/pipeline/trusted-documents.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const HELLO = 'query Hello($name: String) { hello(name: $name) }';
const TOKEN = 'a token of 16 characters';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const idOf = (text: string): string => `sha256:${hashOf(text)}`;
const apollo = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: hashOf(text) } });

const hello = {
  type: GraphQLString,
  args: { name: { type: GraphQLString } },
  resolve: (_: unknown, { name }: { name?: string }) => `hello ${name ?? 'you'}`,
};
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { hello } }),
  mutation: new GraphQLObjectType({ name: 'Mutation', fields: { hello } }),
});

const start = async (documents?: DocumentSettings, limits = {}): Promise<TestServer> =>
  await startTestServer({ schema, adminToken: TOKEN, limits, ...(documents && { documents }) });

const trusting = (...texts: string[]): TrustedDocuments =>
  new TrustedDocuments(texts.map((text) => [idOf(text), text]));

/** An answer, as far as these tests look at it. */
interface Answered {
  readonly status: number;
  readonly caching: string | null;
  readonly body: { data?: unknown; errors?: { message: string; extensions: { code: string } }[] };
}

async function answered(response: Response): Promise<Answered> {
  const body = (await response.json()) as Answered['body'];
  return { status: response.status, caching: response.headers.get('cache-control'), body };
}

const post = async (server: TestServer, params: object, headers = {}): Promise<Answered> =>
  await answered(await server.post(params, headers));

/** Sends parameters by GET; objects as JSON. */
async function get(server: TestServer, params: Record<string, unknown>, headers = {}): Promise<Answered> {
  const texts = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const query = new URLSearchParams(texts).toString();
  return await answered(await fetch(`${server.url}/graphql?${query}`, { headers }));
}

const NOT_FOUND = [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }];
const NOT_SUPPORTED = [
  { message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } },
];
const codes = ({ body }: Answered) => body.errors?.map(({ extensions }) => extensions.code);

describe('a document that a client names', () => {
  const documents = { trusted: trusting(HELLO) };

  test('runs by its id or by its hash, by POST and by GET', async () => {
    const server = await start(documents);
    const variables = { name: 'Ada' };
    for (const named of [
      { documentId: idOf(HELLO) },
      { documentId: hashOf(HELLO) },
      { extensions: apollo(HELLO) },
    ])
      for (const send of [post, get])
        expect((await send(server, { ...named, variables })).body.data).toEqual({ hello: 'hello Ada' });
  });

  test('runs without variables, or with none as text', async () => {
    const server = await start(documents);
    for (const variables of ['{}', '', 'null'])
      expect((await get(server, { documentId: idOf(HELLO), variables })).body.data).toEqual({
        hello: 'hello you',
      });
  });

  test('runs if `query` is empty or null, as some clients send it', async () => {
    const server = await start(documents);
    for (const query of ['', null])
      expect((await post(server, { documentId: idOf(HELLO), query })).body.data).toEqual({
        hello: 'hello you',
      });
  });

  test('may have an id of its list, such as an MD5 hash', async () => {
    const server = await start({ trusted: new TrustedDocuments([['0123abcd', HELLO]]) });
    expect((await post(server, { documentId: '0123abcd' })).body.data).toEqual({ hello: 'hello you' });
    expect((await post(server, { documentId: idOf(HELLO) })).body.data).toEqual({ hello: 'hello you' });
  });

  test('is still a mutation, which GET refuses', async () => {
    const mutation = 'mutation { hello }';
    const server = await start({ trusted: trusting(mutation) });
    expect((await get(server, { documentId: idOf(mutation) })).status).toBe(405);
  });

  test('may be stored by caches that validate it, under a short URL', async () => {
    const server = await start(documents);
    const url = `${server.url}/graphql?documentId=${idOf(HELLO)}`;
    const first = await fetch(url);
    expect(first.headers.get('cache-control')).toBe('public, max-age=0, must-revalidate');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^".+"$/);
    const again = await fetch(url, { headers: { 'if-none-match': etag } });
    expect([again.status, again.headers.get('etag')]).toEqual([304, etag]);
  });

  test('is refused as malformed if its id is', async () => {
    const server = await start(documents);
    const malformed = [
      { documentId: 1 },
      { documentId: 'with spaces' },
      { documentId: '' },
      { documentId: 'x'.repeat(1_000) },
      { extensions: { persistedQuery: 'a hash' } },
      { extensions: { persistedQuery: { version: 2, sha256Hash: hashOf(HELLO) } } },
      { extensions: { persistedQuery: { version: 1 } } },
    ];
    for (const params of malformed) expect(codes(await post(server, params))).toEqual(['BAD_REQUEST']);
  });
});

describe('a list of trusted documents', () => {
  const md5 = createHash('md5').update(HELLO).digest('hex');
  test.each([
    ["of codegen's client preset", { [hashOf(HELLO)]: HELLO }, hashOf(HELLO)],
    ["of Relay's compiler", { [md5]: HELLO }, md5],
    [
      "of Apollo's tools",
      {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: hashOf(HELLO), name: 'Hello', type: 'query', body: HELLO }],
      },
      hashOf(HELLO),
    ],
  ])('%s is understood', async (_name, list, id) => {
    const { documents, faults } = readTrustedDocuments(JSON.stringify(list), () => []);
    expect(faults).toEqual([]);
    const server = await start({ trusted: documents, onlyTrusted: true });
    for (const named of [
      { documentId: id },
      { extensions: { persistedQuery: { version: 1, sha256Hash: id } } },
    ])
      expect((await post(server, named)).body.data).toEqual({ hello: 'hello you' });
  });
});

describe('a document that the server does not know', () => {
  test('is answered as clients with automatic persisted queries expect, and never stored by caches', async () => {
    const server = await start();
    for (const named of [{ documentId: idOf(HELLO) }, { extensions: apollo(HELLO) }])
      for (const send of [post, get]) {
        const json = await send(server, named);
        expect(json).toEqual({ status: 200, caching: 'no-store', body: { errors: NOT_FOUND } });
        const strict = await send(server, named, { accept: 'application/graphql-response+json' });
        expect(strict).toEqual({ status: 400, caching: 'no-store', body: { errors: NOT_FOUND } });
      }
  });

  test('is registered by its hash together with its text, whatever sends them', async () => {
    for (const send of [post, get])
      for (const named of [{ documentId: idOf(HELLO) }, { extensions: apollo(HELLO) }]) {
        const server = await start();
        const data = { hello: 'hello you' };
        expect((await send(server, { ...named, query: HELLO })).body.data).toEqual(data);
        expect((await post(server, { extensions: apollo(HELLO) })).body.data).toEqual(data);
        expect((await get(server, { documentId: idOf(HELLO) })).body.data).toEqual(data);
      }
  });

  test('is not registered under the hash of another one', async () => {
    const server = await start();
    const other = await post(server, { query: '{ hello }', extensions: apollo(HELLO) });
    expect(codes(other)).toEqual(['BAD_REQUEST']);
    expect((await post(server, { extensions: apollo(HELLO) })).body.errors).toEqual(NOT_FOUND);
  });

  test('is not registered if it is not valid', async () => {
    const server = await start();
    for (const query of ['{ unknown }', '{ hello', `{ ${'hello '.repeat(2_500)} }`]) {
      expect((await post(server, { query, extensions: apollo(query) })).body.data).toBeUndefined();
      expect((await post(server, { extensions: apollo(query) })).body.errors).toEqual(NOT_FOUND);
    }
  });

  test('is forgotten if it was not used for longest, when the registered documents are too long', async () => {
    const server = await start({}, { maxRegisteredCharacters: 1_000 });
    const [first, second, third] = ['a', 'b', 'c'].map((alias) => `{ ${alias}: hello ${' '.repeat(150)} }`);
    const register = async (query = '') => await post(server, { query, extensions: apollo(query) });
    const known = async (query = '') =>
      (await post(server, { documentId: idOf(query) })).body.data !== undefined;
    await register(first);
    await register(second);
    expect(await known(first)).toBe(true);
    await register(third);
    expect([await known(first), await known(second), await known(third)]).toEqual([true, false, true]);
  });

  test('cannot be registered where this is switched off, and clients are told to stop sending hashes', async () => {
    const server = await start({ register: false });
    expect(await post(server, { extensions: apollo(HELLO) })).toEqual({
      status: 200,
      caching: 'no-store',
      body: { errors: NOT_SUPPORTED },
    });
    const both = await post(server, { query: HELLO, extensions: apollo(HELLO) });
    expect(both.body.data).toEqual({ hello: 'hello you' });
    expect((await post(server, { extensions: apollo(HELLO) })).body.errors).toEqual(NOT_SUPPORTED);
    expect((await post(server, { documentId: idOf(HELLO) })).body.errors).toEqual(NOT_FOUND);
  });
});

describe('a server that runs only trusted documents', () => {
  const documents = { trusted: trusting(HELLO), onlyTrusted: true };
  const admin = { authorization: `Bearer ${TOKEN}` };

  test('runs them by their id, and by the very same text', async () => {
    const server = await start(documents);
    for (const params of [{ documentId: idOf(HELLO) }, { query: HELLO }])
      for (const send of [post, get]) {
        expect((await send(server, params)).body.data).toEqual({ hello: 'hello you' });
        // The second time from the kept answers.
        expect((await send(server, params)).body.data).toEqual({ hello: 'hello you' });
      }
  });

  test('refuses every other text, also if it is sent with its hash or only once it was answered', async () => {
    const server = await start(documents);
    for (const send of [post, get])
      for (const query of [`${HELLO} `, '{ hello }', '{ __schema { description } }']) {
        const refused = { status: 403, caching: 'no-store' };
        expect(await send(server, { query })).toMatchObject(refused);
        expect(await send(server, { query, extensions: apollo(query) })).toMatchObject(refused);
        expect((await send(server, { query }, admin)).body.data).toBeDefined();
        expect(await send(server, { query })).toMatchObject(refused);
      }
  });

  test('lets an admin run others, but nobody register them', async () => {
    const server = await start(documents);
    const query = '{ hello }';
    expect((await post(server, { query, extensions: apollo(query) }, admin)).body.data).toBeDefined();
    expect((await post(server, { documentId: idOf(query) })).body.errors).toEqual(NOT_FOUND);
  });

  test('says what to do in GraphiQL', async () => {
    const server = await start(documents);
    const page = await (await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } })).text();
    const script = /src="(.*start\.js)"/.exec(page)?.[1] ?? '';
    expect(await (await fetch(new URL(script, `${server.url}/graphql`))).text()).toMatch(
      'trusted documents only',
    );
  });
});
