import { GraphQLError, GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { describe, expect, test } from 'vitest';
import { KEPT_ANSWER_BYTES, KEPT_BYTES } from '../../src/http/kept-answers.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** A server whose fields count how often they run, over a store whose version and state a test sets. */
async function startCounting() {
  const store = { version: '1', touched: true, incomplete: false, away: false };
  let runs = 0;
  const fields = {
    runs: {
      type: GraphQLInt,
      args: { padding: { type: GraphQLString } },
      resolve: () => ++runs,
    },
    long: {
      type: GraphQLString,
      args: { characters: { type: GraphQLInt }, name: { type: GraphQLInt } },
      resolve: (_root: unknown, { characters }: { characters: number }) => 'é'.repeat(characters),
    },
    broken: {
      type: GraphQLString,
      resolve: () => {
        throw new GraphQLError('broken', { extensions: { code: 'TIMEOUT' } });
      },
    },
  };
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields }),
    mutation: new GraphQLObjectType({ name: 'Mutation', fields: { runs: fields.runs } }),
  });
  let versionsRead = 0;
  const server = await startTestServer({
    schema,
    adminToken: 'a token of 16 characters',
    // What a client has left would differ from one answer to the next.
    limits: { costPerSecond: 0 },
    createContext: () => ({
      version: async () => {
        versionsRead += 1;
        if (store.away) throw new Error('the store is away');
        return { key: store.version, epoch: '', head: 0, floor: 0 };
      },
      touched: store.touched,
      incomplete: store.incomplete,
    }),
  });
  return { ...server, store, versionsRead: () => versionsRead };
}

const get = async (server: TestServer, query: string, headers: Record<string, string> = {}) =>
  await fetch(`${server.url}/graphql?${new URLSearchParams({ query }).toString()}`, { headers });

/** For tests of sizes: compressed, their texts would be short. */
const PLAIN = { 'accept-encoding': 'identity' };

/** What `runs` returned. */
async function runsIn(response: Response): Promise<number> {
  return ((await response.json()) as { data: { runs: number } }).data.runs;
}

describe('the answer to a query', () => {
  test('is kept for the version of the store, by POST and by GET', async () => {
    const server = await startCounting();
    const posted = async (): Promise<number> => await runsIn(await server.post({ query: '{ runs }' }));
    const got = async (): Promise<number> => await runsIn(await get(server, '{ runs }'));
    expect([await posted(), await posted(), await got(), await got()]).toEqual([1, 1, 2, 2]);
    server.store.version = '2';
    expect([await posted(), await posted(), await got(), await got()]).toEqual([3, 3, 4, 4]);
  });

  test('is kept without a version if it does not touch the store', async () => {
    const server = await startCounting();
    server.store.touched = false;
    expect(await runsIn(await server.post({ query: '{ runs }' }))).toBe(1);
    server.store.version = '2';
    server.store.away = true;
    const read = server.versionsRead();
    expect(await runsIn(await server.post({ query: '{ runs }' }))).toBe(1);
    expect(server.versionsRead()).toBe(read);
  });

  test('is the same when it is kept: its headers but for the id, its bytes, and its line in the log', async () => {
    const server = await startCounting();
    const query = 'query Long { long(characters: 3000) }';
    for (const ask of [async () => await server.post({ query }), async () => await get(server, query)]) {
      const [first, second] = [await ask(), await ask()];
      expect(await second.text()).toBe(await first.text());
      const heads = [first, second].map(({ headers }) => Object.fromEntries(headers));
      expect(heads[0]?.['x-request-id']).not.toBe(heads[1]?.['x-request-id']);
      for (const head of heads) for (const name of ['x-request-id', 'date']) delete head[name];
      expect(heads[1]).toEqual(heads[0]);
    }
    const lines = () => server.logged.filter(({ msg }) => msg === 'request');
    await expect.poll(() => lines().length).toBe(4);
    for (const line of lines())
      expect(line).toMatchObject({ status: 200, operation: { type: 'query', name: 'Long' } });
  });

  test('depends on its variables, its operation and its media type', async () => {
    const server = await startCounting();
    const query = 'query A($p: String) { runs(padding: $p) } query B { runs }';
    const asked = [
      { query, operationName: 'A' },
      { query, operationName: 'B' },
      { query, operationName: 'A', variables: { p: 'x' } },
    ];
    const runs = [];
    for (const body of [...asked, ...asked]) runs.push(await runsIn(await server.post(body)));
    const accept = 'application/graphql-response+json';
    const other = await server.post(asked[0], { accept });
    expect(other.headers.get('content-type')).toMatch(accept);
    expect([...runs, await runsIn(other)]).toEqual([1, 2, 3, 1, 2, 3, 4]);
  });
});

describe('an answer is never kept', () => {
  const accept = 'text/event-stream';
  const authorization = 'Bearer a token of 16 characters';
  test.each<[what: string, body: object, headers: Record<string, string>]>([
    ['of a mutation', { query: 'mutation { runs }' }, {}],
    ['with an error', { query: '{ runs broken }' }, {}],
    ['of an admin', { query: '{ runs }' }, { authorization }],
    ['of a caller with another authorization', { query: '{ runs }' }, { authorization: 'Basic x' }],
    ['of an event stream', { query: '{ runs }' }, { accept }],
  ])('%s', async (_what, body, headers) => {
    const server = await startCounting();
    const answers = [];
    for (let time = 0; time < 3; time += 1) answers.push(await (await server.post(body, headers)).text());
    expect(answers.map((text) => /"runs":(\d)/.exec(text)?.[1])).toEqual(['1', '2', '3']);
  });

  test('if a deadline has passed', async () => {
    const server = await startCounting();
    server.store.incomplete = true;
    const runs = [await server.post({ query: '{ runs }' }), await server.post({ query: '{ runs }' })];
    expect(await Promise.all(runs.map(runsIn))).toEqual([1, 2]);
  });

  test('for an admin out of what others asked for', async () => {
    const server = await startCounting();
    expect(await runsIn(await server.post({ query: '{ runs }' }))).toBe(1);
    const admin = await server.post({ query: '{ runs }' }, { authorization });
    expect([await runsIn(admin), admin.headers.get('cache-control')]).toEqual([2, 'no-store']);
    expect(await runsIn(await server.post({ query: '{ runs }' }))).toBe(1);
  });
});

test('without its version, an answer is not used, and the operation runs as if none were kept', async () => {
  const server = await startCounting();
  expect(await runsIn(await server.post({ query: '{ runs }' }))).toBe(1);
  server.store.away = true;
  expect(await runsIn(await server.post({ query: '{ runs }' }))).toBe(2);
  server.store.away = false;
  expect(await runsIn(await server.post({ query: '{ runs }' }))).toBe(1);
});

test('answers that are kept take no more than their limit; the latest ones are kept', async () => {
  const server = await startCounting();
  const characters = 200_000;
  const asked = Math.ceil((2 * KEPT_BYTES) / (2 * characters));
  const ask = async (name: number): Promise<number> => {
    const query = `query ($n: Int, $name: Int) { runs long(characters: $n, name: $name) }`;
    return await runsIn(await server.post({ query, variables: { n: characters, name } }, PLAIN));
  };
  for (let name = 1; name <= asked; name += 1) expect(await ask(name)).toBe(name);
  expect(await ask(asked)).toBe(asked);
  expect(await ask(1)).toBe(asked + 1);
});

test('an answer that is too long is not kept', async () => {
  const server = await startCounting();
  const query = `{ runs long(characters: ${KEPT_ANSWER_BYTES / 2}) }`;
  expect(await runsIn(await server.post({ query }, PLAIN))).toBe(1);
  expect(await runsIn(await server.post({ query }, PLAIN))).toBe(2);
});

describe('an entity tag', () => {
  const VALIDATE = 'public, max-age=0, must-revalidate';

  test('validates a query by GET and HEAD until its bytes change', async () => {
    const server = await startCounting();
    const first = await get(server, '{ long(characters: 3) }');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{20,}"$/);
    expect(first.headers.get('cache-control')).toBe(VALIDATE);
    // Another version with the same bytes is the same representation.
    for (const version of ['1', '2']) {
      server.store.version = version;
      for (const list of [etag, `"x", W/${etag}`, '*']) {
        const again = await get(server, '{ long(characters: 3) }', { 'if-none-match': list });
        expect([again.status, await again.text()]).toEqual([304, '']);
        expect(Object.fromEntries(again.headers)).toMatchObject({
          etag,
          vary: 'accept, accept-encoding',
          'cache-control': VALIDATE,
          date: expect.any(String) as string,
        });
        expect(again.headers.has('content-type')).toBe(false);
      }
    }
    const url = `${server.url}/graphql?query={long(characters:3)}`;
    const head = await fetch(url, { method: 'HEAD' });
    const length = String((await first.arrayBuffer()).byteLength);
    expect([head.status, head.headers.get('etag')]).toEqual([200, etag]);
    expect(head.headers.get('content-length')).toBe(length);
    const headers = { 'if-none-match': etag };
    expect((await fetch(url, { method: 'HEAD', headers })).status).toBe(304);
  });

  test('of another state, media type or caller is no match', async () => {
    const server = await startCounting();
    const etag = (await get(server, '{ runs }')).headers.get('etag') ?? '';
    const accept = 'application/graphql-response+json';
    server.store.version = '2';
    for (const headers of [{ accept }, { authorization: 'Bearer x' }, {}]) {
      const answer = await get(server, '{ runs }', { 'if-none-match': etag, ...headers });
      expect([answer.status, answer.headers.get('etag')]).not.toEqual([304, etag]);
      expect(await runsIn(answer)).toBeGreaterThan(1);
    }
  });

  test.each<[what: string, ask: (server: TestServer, headers: Record<string, string>) => Promise<Response>]>([
    ['a POST', async ({ post }, headers) => await post({ query: '{ runs }' }, headers)],
    ['an error beside data', async (server, headers) => await get(server, '{ runs broken }', headers)],
    ['a mistake', async (server, headers) => await get(server, '{ nothing }', headers)],
    ['an admin', async (server) => await get(server, '{ runs }', { authorization: 'Bearer x' })],
  ])('is not given to %s, which no cache may store', async (_what, ask) => {
    const server = await startCounting();
    const response = await ask(server, { 'if-none-match': '*' });
    expect(response.status).not.toBe(304);
    expect(response.headers.get('etag')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});
