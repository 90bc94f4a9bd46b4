import { once } from 'node:events';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Limits } from '../../src/limits/limits.ts';
import type { Load } from '../../src/limits/load-monitor.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { readEvents, startLiveServer } from '../support/live.ts';
import { noContext, startTestServer, type TestServerOptions } from '../support/server.ts';
import { request } from '../support/socket.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

/** The burst is for a few operations, and no points come back within a test. */
const FEW: Partial<Limits> = { costBurst: 20, costPerSecond: 1 };
const QUERY = '{ hello }';
const TOKEN = 'a-token-of-the-admin';

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  readonly extensions?: { readonly cost?: { readonly left?: number } };
}

const jsonOf = async (response: Response): Promise<Answer> => (await response.json()) as Answer;

/** Sends requests until one is refused, and returns that response. */
async function refused(send: () => Promise<Response>): Promise<Response> {
  for (let n = 0; n < 100; n += 1) {
    const response = await send();
    if (response.status === 429) return response;
    await response.body?.cancel();
  }
  throw new Error('expected a refusal');
}

const expectRefusal = async (response: Response): Promise<void> => {
  const { errors } = await jsonOf(response);
  const wait = errors?.[0]?.extensions['retryAfterMs'];
  expect(errors?.[0]?.extensions['code']).toBe('RATE_LIMITED');
  expect(wait).toBeGreaterThan(0);
  expect(Number(response.headers.get('retry-after'))).toBe(Math.ceil(Number(wait) / 1_000));
  expect(response.headers.get('ratelimit-policy')).toBe('"points";q=20;w=20;qu="points"');
  expect(response.headers.get('ratelimit')).toMatch(/^"points";r=\d+;t=\d+$/);
};

describe('a client that has used up its points', () => {
  test('gets 429 with the time to wait, whether its answers are kept or not', async () => {
    for (const createContext of [noContext, () => ({ ...noContext(), incomplete: false })]) {
      const { post } = await startTestServer({ limits: FEW, createContext });
      await expectRefusal(await refused(async () => await post({ query: QUERY })));
    }
  });

  test('gets 429 for GET requests that revalidate, too', async () => {
    const { url } = await startTestServer({ limits: FEW });
    const send = async (): Promise<Response> =>
      await fetch(`${url}/graphql?query=${encodeURIComponent(QUERY)}`, { headers: { 'if-none-match': '*' } });
    await expectRefusal(await refused(send));
  });

  test.each([
    ['syntax errors', `{ hello ${' '.repeat(100)}`],
    ['validation errors', `{ nothing ${' '.repeat(100)} }`],
  ])('may not go on with %s', async (_what, query) => {
    const { post } = await startTestServer({ limits: FEW });
    await expectRefusal(await refused(async () => await post({ query })));
  });

  test('is told so on an event stream and on a WebSocket', async () => {
    const { url, post } = await startLiveServer(database, { limits: FEW });
    await refused(async () => await post({ query: '{ __typename }' }));
    const body = { query: 'subscription { paperIngested { cursor } }' };
    const controller = new AbortController();
    onTestFinished(() => controller.abort());
    const { value } = await readEvents(url, body, { signal: controller.signal }).next();
    expect(value?.errors?.[0]?.extensions['code']).toBe('RATE_LIMITED');
    const [message] = await request(url, body.query);
    expect(message).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
  });

  test('does not hold up an admin', async () => {
    const { post } = await startTestServer({ limits: FEW, adminToken: TOKEN });
    await refused(async () => await post({ query: QUERY }));
    const response = await post({ query: QUERY }, { authorization: `Bearer ${TOKEN}` });
    expect(response.status).toBe(200);
  });
});

test('every answer that no shared cache may store says what the client has left', async () => {
  const createContext = () => ({ ...noContext(), incomplete: false });
  const { url, post } = await startTestServer({ createContext });
  // The second answer is a kept one.
  for (let round = 0; round < 2; round += 1) {
    const response = await post({ query: QUERY });
    const { extensions } = await jsonOf(response);
    expect(response.headers.get('ratelimit')).toContain(`r=${extensions?.cost?.left};`);
    const cached = await fetch(`${url}/graphql?query=${encodeURIComponent(QUERY)}`);
    expect(cached.headers.get('etag')).not.toBeNull();
    expect(cached.headers.get('ratelimit')).toBeNull();
  }
});

test('without a limit no answer is refused or says what is left', async () => {
  const { post } = await startTestServer({ limits: { ...FEW, costPerSecond: 0 } });
  for (let n = 0; n < 50; n += 1) {
    const response = await post({ query: QUERY });
    expect([response.status, response.headers.get('ratelimit')]).toEqual([200, null]);
  }
});

/** A schema whose answers are held until the test lets them go. */
function holding() {
  const held: (() => void)[] = [];
  const schema = buildSchema('type Query { hello: String }');
  const hello = schema.getQueryType()?.getFields()['hello'];
  if (hello !== undefined)
    hello.resolve = async () => await new Promise((resolve) => held.push(() => resolve('hello')));
  return { schema, held };
}

describe('expensive operations of a client', () => {
  const limits = { expensiveCost: 1, maxExpensiveOperations: 2 };

  test('wait for their turn, and all are answered', async () => {
    const { schema, held } = holding();
    const { post } = await startTestServer({ schema, limits });
    const answers = Array.from({ length: 5 }, async () => await jsonOf(await post({ query: QUERY })));
    for (let n = 1; n <= 5; n += 1) {
      await expect.poll(() => held.length).toBe(Math.min(5, n + 1));
      held[n - 1]?.();
    }
    const each = (await Promise.all(answers)).map(({ data }) => JSON.stringify(data));
    expect(each).toEqual(Array<string>(5).fill('{"hello":"hello"}'));
  });

  test('are refused with 429 if they have waited too long, as an error of the WebSocket before `next`', async () => {
    const { schema, held } = holding();
    const { url, post } = await startLiveServer(database, {
      schema,
      createContext: noContext,
      limits: { ...limits, maxExpensiveOperations: 1, expensiveWaitMs: 50 },
    });
    const first = post({ query: QUERY });
    await expect.poll(() => held.length).toBe(1);
    const response = await post({ query: QUERY });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await jsonOf(response)).errors?.[0]?.extensions).toMatchObject({ retryAfterMs: 1_000 });
    const [message] = await request(url, QUERY);
    expect(message).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    held[0]?.();
    expect((await first).status).toBe(200);
    const again = post({ query: QUERY });
    await expect.poll(() => held.length).toBe(2);
    held[1]?.();
    expect((await again).status).toBe(200);
  });

  test('no longer wait once their client has left', async () => {
    const { schema, held } = holding();
    const given = { ...limits, maxExpensiveOperations: 1 };
    const { url, post } = await startLiveServer(database, {
      schema,
      createContext: noContext,
      limits: given,
    });
    const first = post({ query: QUERY });
    await expect.poll(() => held.length).toBe(1);
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY } }));
    socket.send('{"id":"1","type":"complete"}');
    socket.send('{"type":"ping"}');
    await once(socket, 'message');
    const last = post({ query: QUERY });
    held[0]?.();
    await expect.poll(() => held.length).toBe(2);
    held[1]?.();
    expect([(await first).status, (await last).status, held.length]).toEqual([200, 200, 2]);
  });

  test('end their turn if they fail', async () => {
    const schema = buildSchema('type Query { hello: String! }');
    const { post } = await startTestServer({ schema, limits: { ...limits, maxExpensiveOperations: 1 } });
    for (let n = 0; n < 3; n += 1) expect((await jsonOf(await post({ query: QUERY }))).data).toBeNull();
  });
});

describe('an overloaded server', () => {
  const overloaded = (): { options: TestServerOptions; end: () => void } => {
    let after: number | undefined = 2_300;
    const load: Load = { retryAfterMs: () => after };
    return { options: { load, adminToken: TOKEN }, end: () => (after = undefined) };
  };

  test('refuses new operations with 503 until it has caught up, but answers probes and admins', async () => {
    const { options, end } = overloaded();
    const { url, post } = await startTestServer(options);
    const response = await post({ query: QUERY });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3']);
    expect((await jsonOf(response)).errors?.[0]?.extensions).toEqual({
      code: 'RATE_LIMITED',
      retryAfterMs: 2_300,
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await post({ query: QUERY }, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    end();
    expect((await post({ query: QUERY })).status).toBe(200);
  });

  test('refuses operations of WebSockets with an error', async () => {
    const { url } = await startLiveServer(database, overloaded().options);
    const [message] = await request(url, '{ __typename }');
    expect(message).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryAfterMs: 2_300 } }],
    });
  });

  test('still sends answers that it has kept', async () => {
    let after: number | undefined;
    const { post } = await startTestServer({
      load: { retryAfterMs: () => after },
      createContext: () => ({ ...noContext(), incomplete: false }),
    });
    await post({ query: QUERY });
    after = 1_000;
    expect((await post({ query: QUERY })).status).toBe(200);
    expect((await post({ query: '{ other: hello }' })).status).toBe(503);
  });
});
