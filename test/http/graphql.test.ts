import { GraphQLError, GraphQLObjectType, GraphQLSchema, GraphQLString, GraphQLInt } from 'graphql';
import { describe, expect, test } from 'vitest';
import { EXTENSIONS } from '../support/cost.ts';
import { startTestServer } from '../support/server.ts';

const SECRET = 'duplicate key value (email)=(jane@example.org)';
let written = 0;

function fail(): never {
  throw new Error(SECRET);
}

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      hello: {
        type: GraphQLString,
        args: { times: { type: GraphQLInt } },
        resolve: (_root, args: { times?: number }) => 'hello'.repeat(args.times ?? 1),
      },
      late: {
        type: GraphQLString,
        resolve: async () => await new Promise((resolve) => setImmediate(() => resolve('late'))),
      },
      broken: {
        type: GraphQLString,
        resolve: fail,
      },
      refused: {
        type: GraphQLString,
        resolve: () => {
          throw new GraphQLError('no such paper', {
            extensions: { code: 'BAD_USER_INPUT', argument: ['by'] },
          });
        },
      },
    },
  }),
  mutation: new GraphQLObjectType({
    name: 'Mutation',
    fields: { write: { type: GraphQLInt, resolve: () => ++written } },
  }),
});

interface Answer {
  data?: unknown;
  errors?: { message: string; path?: unknown; extensions: Record<string, unknown> }[];
}

const answer = async (response: Response): Promise<Answer> => (await response.json()) as Answer;
const get = async (url: string, parameters: Record<string, string>, headers = {}) =>
  await fetch(`${url}/graphql?${new URLSearchParams(parameters).toString()}`, { headers });

describe('/graphql', () => {
  test('answers a query by POST and by GET, with variables', async () => {
    const { url, post } = await startTestServer({ schema });
    const query = 'query Hello($times: Int) { hello(times: $times) }';

    const posted = await post({ query, variables: { times: 2 } });
    const got = await get(url, { query, variables: '{"times":3}', operationName: 'Hello' });

    expect([posted.status, await answer(posted)]).toEqual([
      200,
      { data: { hello: 'hellohello' }, extensions: EXTENSIONS },
    ]);
    expect([got.status, await answer(got)]).toEqual([
      200,
      { data: { hello: 'hellohellohello' }, extensions: EXTENSIONS },
    ]);
  });

  test('returns fields in the order of the selection', async () => {
    const { post } = await startTestServer({ schema });

    const posted = await post({ query: '{ late hello }' });

    expect(await posted.text()).toMatch(/^{"data":{"late":"late","hello":"hello"},"extensions":/);
  });

  test('never runs a mutation over GET', async () => {
    const { url, post } = await startTestServer({ schema });
    const refused = await get(url, { query: 'mutation { write }' });

    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toContain('POST');
    expect(await answer(await post({ query: 'mutation { write }' }))).toEqual({
      data: { write: 1 },
      extensions: EXTENSIONS,
    });
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
  ])('refuses a POST of %s, which other web sites could send', async (type) => {
    const { url } = await startTestServer({ schema });
    const body = 'query=mutation{write}';
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(response.status).toBe(415);
  });

  test('refuses a POST in a charset other than UTF-8', async () => {
    const { post } = await startTestServer({ schema });
    const refused = await post({ query: '{ hello }' }, { 'content-type': 'application/json; charset=utf-7' });
    const taken = await post({ query: '{ hello }' }, { 'content-type': 'application/json; charset=UTF-8' });
    expect([refused.status, taken.status]).toEqual([415, 200]);
  });

  test('refuses several operations in one request', async () => {
    const { post } = await startTestServer({ schema });
    expect((await post([{ query: '{ hello }' }, { query: '{ hello }' }])).status).toBe(400);
  });

  test.each<[status: number, what: string, body: unknown]>([
    [413, 'a body over 100,000 bytes', { query: '{ hello }', variables: { x: 'x'.repeat(100_000) } }],
    [413, 'a query over 20,000 characters', { query: `{ hello }${' '.repeat(20_000)}` }],
    [400, 'a query nested thousands deep', { query: '{ a '.repeat(4_900) }],
    [400, 'a request without a query', { variables: {} }],
    [400, 'a query that is not a text', { query: 1 }],
  ])('answers %i to %s', async (status, _what, body) => {
    const { post } = await startTestServer({ schema });
    const response = await post(body);
    expect(response.status).toBe(status);
    expect((await answer(response)).errors?.[0]?.message).toMatch(/expected/);
  });

  test('answers 400 to a body that is not JSON', async () => {
    const { url } = await startTestServer({ schema });
    const headers = { 'content-type': 'application/json' };
    const posted = await fetch(`${url}/graphql`, { method: 'POST', headers, body: '{' });
    const got = await get(url, { query: '{ hello }', variables: '{' });
    expect([posted.status, got.status]).toEqual([400, 400]);
  });

  test('answers HEAD as GET, without a body', async () => {
    const { url } = await startTestServer({ schema });
    const response = await fetch(`${url}/graphql?query={hello}`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('content-type')).toMatch(/json/);
  });

  test('answers 200 to HEAD without a query', async () => {
    const { url } = await startTestServer({ schema });
    for (const path of ['/graphql', '/graphql/'])
      expect((await fetch(`${url}${path}`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${url}/graphql`)).status).toBe(400);
  });

  test('accepts a trailing slash in its path', async () => {
    const { url } = await startTestServer({ schema });
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query: '{ hello }' });
    const posted = await fetch(`${url}/graphql/`, { method: 'POST', headers, body });
    const got = await fetch(`${url}/graphql/?query={hello}`);
    const page = await fetch(`${url}/graphql/`, { headers: { accept: 'text/html' } });
    expect([await answer(posted), await answer(got)]).toEqual(
      Array.from({ length: 2 }, () => ({ data: { hello: 'hello' }, extensions: EXTENSIONS })),
    );
    expect(page.headers.get('content-type')).toMatch('text/html');
  });

  test.each<[status: number, code: string, adminToken: string | undefined, headers: Record<string, string>]>([
    [401, 'UNAUTHENTICATED', 'a token of 16 characters', {}],
    [401, 'UNAUTHENTICATED', 'a token of 16 characters', { authorization: 'Bearer another' }],
    [403, 'FORBIDDEN', undefined, {}],
    [403, 'FORBIDDEN', undefined, { authorization: 'Bearer another' }],
  ])(
    'answers %i and %s to a long digest without the token (%s, %j)',
    async (status, code, token, headers) => {
      const { url } = await startTestServer({ schema, ...(token && { adminToken: token }) });
      const query =
        'mutation ($text: String) { ingestDigest(input: {document: {text: $text}}) { run { id } } }';
      const text = 'x'.repeat(300_000);
      for (const body of [
        { query, variables: { text } },
        { variables: { text }, query },
      ]) {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        });
        expect(response.status).toBe(status);
        expect((await answer(response)).errors?.[0]?.extensions).toEqual({ code });
      }
    },
  );

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('answers 405 to %s', async (method) => {
    const { url } = await startTestServer({ schema });
    expect((await fetch(`${url}/graphql`, { method })).status).toBe(405);
  });

  test('answers in the accepted media type; wrong variables are 400 in the newer one', async () => {
    const { post } = await startTestServer({ schema });
    const accept = 'application/graphql-response+json';
    const good = await post({ query: '{ hello }' }, { accept });
    const query = 'query ($times: Int) { hello(times: $times) }';
    const wrong = await post({ query, variables: { times: 'many' } }, { accept });

    expect(good.headers.get('content-type')).toMatch(accept);
    expect(wrong.status).toBe(400);
    expect((await answer(wrong)).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });

  test('lets no other web site read a response', async () => {
    const { url } = await startTestServer({ schema });
    const headers = { origin: 'https://elsewhere.example' };
    const simple = await get(url, { query: '{ hello }' }, headers);
    const preflight = await fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    expect(simple.headers.has('access-control-allow-origin')).toBe(false);
    expect(preflight.headers.has('access-control-allow-origin')).toBe(false);
    expect(simple.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });
});

describe('errors', () => {
  test('of the server are masked, and logged with the requestId that the client gets', async () => {
    const { post, logged } = await startTestServer({ schema });
    const response = await post({ query: '{ hello broken }' });
    const body = await response.text();
    const { data, errors = [] } = JSON.parse(body) as Answer;
    const requestId = errors[0]?.extensions['requestId'];

    expect(data).toEqual({ hello: 'hello', broken: null });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ path: ['broken'], extensions: { code: 'INTERNAL' } });
    expect(body).not.toContain('jane');
    expect(requestId).toBe(response.headers.get('x-request-id'));
    const line = logged.find(({ msg }) => msg === 'operation failed');
    expect(line).toMatchObject({ requestId, path: ['broken'], err: { message: SECRET } });
  });

  test('before execution are masked too', async () => {
    const { post, logged } = await startTestServer({ schema, createContext: fail });
    const response = await post({ query: '{ hello }' });
    const body = await response.text();

    expect(response.status).toBe(500);
    expect(body).not.toContain('jane');
    expect((JSON.parse(body) as Answer).errors?.[0]?.extensions).toEqual({
      code: 'INTERNAL',
      requestId: response.headers.get('x-request-id'),
    });
    expect(logged).toContainEqual(expect.objectContaining({ msg: 'operation failed' }));
  });

  test('that are meant for clients are sent unchanged', async () => {
    const { post } = await startTestServer({ schema });
    const { errors } = await answer(await post({ query: '{ refused }' }));
    expect(errors?.[0]).toMatchObject({
      message: 'no such paper',
      extensions: { code: 'BAD_USER_INPUT', argument: ['by'] },
    });
  });
});

test('each request is logged, without its query and variables', async () => {
  const { post, logged } = await startTestServer({ schema });
  const query = 'query Greeting($times: Int) { confidential: hello(times: $times) }';
  const response = await post(
    { query, variables: { times: 4711 } },
    { authorization: 'Bearer token-of-mine' },
  );
  await response.text();

  await expect
    .poll(() => logged.find(({ msg }) => msg === 'request'))
    .toMatchObject({
      requestId: response.headers.get('x-request-id'),
      method: 'POST',
      path: '/graphql',
      operation: { type: 'query', name: 'Greeting' },
      status: 200,
      durationMs: expect.any(Number) as number,
    });
  expect(JSON.stringify(logged)).not.toMatch(/confidential|4711|token-of-mine/);
});
