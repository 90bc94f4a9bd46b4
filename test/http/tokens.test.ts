import { once } from 'node:events';
import { buildSchema, GraphQLInt, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openTestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';
import { startTestServer } from '../support/server.ts';

const ADMIN = 'an-admin-token-of-a-server';
const READ = 'a-read-token-of-a-server';
const OTHER = 'another-read-token-of-it';
const schema = buildSchema('type Query { hello: String }');
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const REFUSED = { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] };

const startClosed = async () =>
  await startTestServer({ schema, adminToken: ADMIN, readTokens: [READ, OTHER] });

describe('a server with read tokens', () => {
  test.each([READ, OTHER, ADMIN])('answers callers with the token %s', async (token) => {
    const { post } = await startClosed();
    const response = await post({ query: '{ hello }' }, bearer(token));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: { hello: null } });
  });

  test.each<[who: string, headers: Record<string, string>]>([
    ['no token', {}],
    ['a wrong token', bearer(`${READ}x`)],
    ['the beginning of a token', bearer(READ.slice(0, -1))],
    ['another scheme', { authorization: `Basic ${READ}` }],
    ['nothing but the scheme', { authorization: 'Bearer ' }],
  ])('refuses callers with %s, by POST, GET and as an event stream', async (_who, headers) => {
    const { url, post } = await startClosed();
    const get = async (more: Record<string, string>): Promise<Response> =>
      await fetch(`${url}/graphql?query={hello}`, { headers: { ...headers, ...more } });
    const responses = [
      await post({ query: '{ hello }' }, headers),
      await post({ query: '{ __schema { queryType { name } } }' }, headers),
      await post({ query: 'not a document' }, headers),
      await get({}),
    ];
    const events = await get({ accept: 'text/event-stream' });
    for (const response of responses) expect(await response.json()).toMatchObject(REFUSED);
    expect(await events.text()).toContain('"UNAUTHENTICATED"');
    for (const { status, headers: given } of [...responses, events])
      expect([status, given.get('www-authenticate'), given.get('cache-control')]).toEqual([
        401,
        'Bearer',
        'no-store',
      ]);
  });

  test('still serves GraphiQL and the probes to everyone', async () => {
    const { url } = await startClosed();
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    const probe = await fetch(`${url}/healthz`);
    expect([page.status, probe.status]).toEqual([200, 200]);
    expect(page.headers.get('content-type')).toMatch('text/html');
  });

  test('keeps an answer for all its readers, but gives it to nobody else and to no public cache', async () => {
    let runs = 0;
    const fields = { runs: { type: GraphQLInt, resolve: () => ++runs } };
    const server = await startTestServer({
      schema: new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields }) }),
      adminToken: ADMIN,
      readTokens: [READ, OTHER],
      createContext: () => ({ version: async () => ({ key: '1' }), touched: true, incomplete: false }),
    });
    const get = async (headers: Record<string, string>): Promise<Response> =>
      await fetch(`${server.url}/graphql?query={runs}`, { headers });
    const responses = [
      await get(bearer(READ)),
      await get(bearer(OTHER)),
      await get({}),
      await get(bearer(ADMIN)),
    ];
    const bodies = (await Promise.all(
      responses.map(async (each): Promise<unknown> => await each.json()),
    )) as {
      data?: unknown;
    }[];
    expect(bodies.map(({ data }) => data)).toEqual([{ runs: 1 }, { runs: 1 }, undefined, { runs: 2 }]);
    const caching = responses.map(({ headers }) => headers.get('cache-control'));
    const mine = 'private, max-age=0, must-revalidate';
    expect(caching).toEqual([mine, mine, 'no-store', 'no-store']);
    const etag = responses[0]?.headers.get('etag') ?? '';
    const validated = [
      await get({ ...bearer(OTHER), 'if-none-match': etag }),
      await get({ 'if-none-match': etag }),
    ];
    expect(validated.map(({ status }) => status)).toEqual([304, 401]);
  });

  test('takes a token in the handshake or in `connection_init`, else closes the WebSocket with 4403', async () => {
    const database = await openTestDatabase();
    onTestFinished(async () => await database.close());
    const { url } = await startLiveServer(database, { readTokens: [READ] });
    const address = `${url.replace('http', 'ws')}/graphql`;
    const open = async (init: object, headers = {}): Promise<unknown> => {
      const socket = new WebSocket(address, 'graphql-transport-ws', { headers });
      onTestFinished(() => socket.terminate());
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', ...init }));
      const acknowledged = once(socket, 'message').then(([text]) => JSON.parse(String(text)) as unknown);
      return await Promise.race([acknowledged, once(socket, 'close').then((close): unknown => close[0])]);
    };
    expect(await open({ payload: bearer(READ) })).toEqual({ type: 'connection_ack' });
    expect(await open({}, bearer(READ))).toEqual({ type: 'connection_ack' });
    expect(await open({})).toBe(4403);
    expect(await open({ payload: bearer(OTHER) })).toBe(4403);
    expect(await open({ payload: { authorization: [`Bearer ${READ}`] } })).toBe(4403);

    const client = createClient({ url: address, webSocketImpl: WebSocket, connectionParams: bearer(READ) });
    onTestFinished(async () => await client.dispose());
    const answers = client.iterate({ query: '{ papers { totalCount } }' });
    expect((await answers.next()).value as unknown).toMatchObject({ data: { papers: { totalCount: 0 } } });
  });
});
