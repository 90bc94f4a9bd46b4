import { once } from 'node:events';
import { buildSchema } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { corsOrigins, type CorsOrigins } from '../../src/http/cors.ts';
import { openTestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';
import { startTestServer } from '../support/server.ts';

const schema = buildSchema('type Query { hello: String }');
const FRIEND = 'https://friend.example';
const STRANGER = 'https://stranger.example';
const LIST = corsOrigins(`${FRIEND}, http://localhost:5173`);
const EXPOSED = 'etag, ratelimit, ratelimit-policy, retry-after, x-request-id';

const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type',
};

/** What the responses of every kind to a page of this origin, or of no other, say about origins. */
async function ask(origins: CorsOrigins | undefined, origin: string | undefined) {
  const { url, post } = await startTestServer({ schema, corsOrigins: origins });
  const headers: Record<string, string> = origin === undefined ? {} : { origin };
  const get = async (more: Record<string, string>): Promise<Response> =>
    await fetch(`${url}/graphql?query={hello}`, { headers: { ...headers, ...more } });
  const first = await get({});
  return {
    answers: [
      first,
      // From memory, unchanged, and as events; then three errors.
      await get({}),
      await get({ 'if-none-match': first.headers.get('etag') ?? '' }),
      await get({ accept: 'text/event-stream' }),
      await post({ query: '{ hello }' }, headers),
      await post({ query: '{ nothing }' }, headers),
      await get({ accept: 'image/png' }),
      await fetch(`${url}/graphql`, { method: 'PUT', headers }),
    ],
    preflight: await fetch(`${url}/graphql`, { method: 'OPTIONS', headers: { ...headers, ...PREFLIGHT } }),
    probe: await fetch(`${url}/healthz`, { headers }),
  };
}

const about = ({ headers }: Response) => ({
  origin: headers.get('access-control-allow-origin'),
  exposed: headers.get('access-control-expose-headers'),
  policy: headers.get('cross-origin-resource-policy'),
  varies: headers.get('vary')?.includes('origin') === true,
  credentials: headers.get('access-control-allow-credentials'),
});
const closed = { origin: null, exposed: null, policy: 'same-origin', varies: false, credentials: null };
const opened = { ...closed, exposed: EXPOSED, policy: 'cross-origin' };

describe('pages of other origins', () => {
  test.each<[who: string, CorsOrigins | undefined, origin: string | undefined, expected: object]>([
    ['may read nothing without a setting', undefined, FRIEND, closed],
    [
      'may read every response if their origin is in the list',
      LIST,
      FRIEND,
      { ...opened, origin: FRIEND, varies: true },
    ],
    ['may read nothing if it is not', LIST, STRANGER, { ...closed, varies: true }],
    ['may read nothing if it is opaque', LIST, 'null', { ...closed, varies: true }],
    ['are told apart from other clients by caches', LIST, undefined, { ...closed, varies: true }],
    ['may all read every response if the setting is *', '*', STRANGER, { ...opened, origin: '*' }],
    [
      'get from caches what other clients got if the setting is *',
      '*',
      undefined,
      { ...opened, origin: '*' },
    ],
  ])('%s', async (_who, origins, origin, expected) => {
    const { answers, preflight, probe } = await ask(origins, origin);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 304, 200, 200, 200, 406, 405]);
    for (const answer of [...answers, preflight]) expect(about(answer)).toEqual(expected);
    expect(about(probe)).toEqual(closed);
    for (const answer of answers.slice(0, 6)) expect(answer.headers.get('vary')).toContain('accept');
  });

  test('may send tokens, JSON and the last event id, once a preflight has said so', async () => {
    const { preflight } = await ask(LIST, FRIEND);
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(preflight.headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, last-event-id, *',
    );
    expect(preflight.headers.get('access-control-max-age')).toBe('7200');
    expect((await ask(LIST, STRANGER)).preflight.status).toBe(405);
  });

  test.each<[CorsOrigins | undefined, origin: string, opens: boolean]>([
    [undefined, FRIEND, false],
    [LIST, FRIEND, true],
    [LIST, 'http://localhost:5173', true],
    [LIST, STRANGER, false],
    [LIST, 'http://friend.example', false],
    [LIST, 'null', false],
    ['*', STRANGER, true],
  ])('may open a WebSocket by the same list: %s, %s: %s', async (origins, origin, opens) => {
    const database = await openTestDatabase();
    onTestFinished(async () => await database.close());
    const { url } = await startLiveServer(database, { corsOrigins: origins });
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { origin });
    onTestFinished(() => socket.terminate());
    const refused = once(socket, 'error').then(([error]) => (error as Error).message);
    const came = await Promise.race([once(socket, 'open').then(() => 'open'), refused]);
    expect(came).toMatch(opens ? 'open' : '403');
  });
});

test('pages of other sites still cannot send what browsers send without a preflight', async () => {
  const { url } = await startTestServer({ schema, corsOrigins: '*' });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    expect(
      (
        await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': type, origin: STRANGER },
          body: '{"query":"{hello}"}',
        })
      ).status,
    ).toBe(415);
});
