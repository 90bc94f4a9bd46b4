import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { constants, gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { CHROMIUM, useBrowser } from '../support/browser.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestRecords } from '../support/live.ts';
import { LONG } from '../support/long.ts';
import { HAS_NGINX, nginxPort, requestOf, startNginx, type Nginx } from '../support/nginx.ts';
import { startServing } from '../support/serving.ts';

interface Behind extends Nginx {
  readonly database: TestDatabase;
  readonly stdout: string;
}

/** A server behind nginx, with what the configuration says to set; `flags` come before that, and may be all. */
async function startBehind(flags?: readonly string[], edit?: (text: string) => string): Promise<Behind> {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  const port = await nginxPort();
  const settings = ['--public-url', `https://localhost:${port}/papers/`, '--trust-proxy', '1'];
  const { url, stdout } = await startServing(database.url, flags ?? settings);
  return { ...(await startNginx(port, [url], edit)), database, stdout: stdout() };
}

/** A WebSocket to the server, from a page of it; from one of this machine's addresses. */
function open({ url, ca }: Nginx, localAddress = '127.0.0.1', headers = {}): WebSocket {
  const { origin, host, hostname, port, pathname } = new URL(url);
  // Apart, because the types of ws lack it.
  const tls = { servername: hostname };
  // By its address: `localhost` may also be ::1.
  const socket = new WebSocket(`wss://127.0.0.1:${port}${pathname}graphql`, 'graphql-transport-ws', {
    ca,
    origin,
    ...tls,
    localAddress,
    headers: { host, ...headers },
  });
  onTestFinished(() => {
    // A handshake that was refused ends in an error.
    socket.on('error', () => {});
    socket.terminate();
  });
  return socket;
}

const refusalOf = async (socket: WebSocket): Promise<string> => {
  const [error] = (await once(socket, 'error')) as [Error];
  return error.message;
};

const json = { 'content-type': 'application/json' };
const SUBSCRIPTION = 'subscription { papers: paperIngested { cursor events { paper { arxivId } } } }';

/** The subscription as an event stream, for a client that would take it compressed. */
async function streamEvents(nginx: Nginx, query = SUBSCRIPTION) {
  const headers = { ...json, accept: 'text/event-stream', 'accept-encoding': 'gzip, br' };
  const stream = await requestOf(nginx, 'graphql', { headers, body: JSON.stringify({ query }) });
  onTestFinished(stream.close);
  const encoding = stream.headers['content-encoding'];
  const text = (): string => {
    const body = stream.body();
    if (encoding !== 'gzip' || body.length === 0) return body.toString();
    return gunzipSync(body, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  };
  return { ...stream, encoding, text };
}

describe.skipIf(!HAS_NGINX)('behind nginx, as documented (needs nginx and openssl)', () => {
  test('queries are answered over HTTP/2 and TLS, long ones compressed', async () => {
    const nginx = await startBehind();
    const introspection = '{ __schema { types { name description fields { name description } } } }';
    const body = JSON.stringify({ query: introspection });
    const response = await requestOf(nginx, 'graphql', {
      headers: { ...json, 'accept-encoding': 'gzip' },
      body,
    });
    await response.ended;
    expect([response.status, response.protocol, response.headers['content-encoding']]).toEqual([
      200,
      'h2',
      'gzip',
    ]);
    expect(gunzipSync(response.body()).toString()).toMatch(/^\{"data":\{"__schema":/);
    expect(nginx.stdout).toContain(
      `Papergraph serves GraphQL at ${nginx.url}graphql, and listens on http://127.`,
    );
  });

  test('an answer can be validated though nginx compresses it', async () => {
    const nginx = await startBehind();
    const query = `graphql?${new URLSearchParams({ query: '{ __schema { types { name description } } }' }).toString()}`;
    const headers = { 'accept-encoding': 'gzip' };
    const first = await requestOf(nginx, query, { headers });
    const etag = String(first.headers['etag']);
    expect(etag).toMatch(/"/);
    expect((await requestOf(nginx, query, { headers: { ...headers, 'if-none-match': etag } })).status).toBe(
      304,
    );
  });

  test('the root leads to GraphQL, and the metrics are not public', async () => {
    const nginx = await startBehind();
    const root = await requestOf(nginx, '');
    expect(root.status).toBe(302);
    expect(new URL(String(root.headers['location']), nginx.url).href).toBe(`${nginx.url}graphql`);
    expect((await requestOf(nginx, 'metrics')).status).toBe(404);
  });

  test.each([
    ['as it is, compressed by the server', 'gzip', (text: string) => text],
    [
      'with gzip for event streams',
      'gzip',
      (text: string) => text.replace('gzip_types', 'gzip_types text/event-stream'),
    ],
    ['with gzip for everything', 'gzip', (text: string) => text.replace(/gzip_types .*;/, 'gzip_types *;')],
  ])('the events of a stream are not held back, %s', async (_how, encoding, edit) => {
    const nginx = await startBehind(undefined, edit);
    const stream = await streamEvents(nginx);
    expect([stream.status, stream.encoding]).toEqual([200, encoding]);
    await expect.poll(stream.text).toContain('event: next');
    await ingestRecords(nginx.database.pool, '2026-01-14.jsonl', ['2601.00001']);
    await expect.poll(stream.text).toContain('"2601.00001"');
  });

  test.runIf(LONG)(
    'silent subscriptions outlive the time that nginx waits for data (long form)',
    async () => {
      const nginx = await startBehind();
      const filter = 'filter: { search: "silence" }';
      const silent = SUBSCRIPTION.replace('paperIngested', `paperIngested(${filter})`);
      const stream = await streamEvents(nginx, silent);
      const socket = open(nginx);
      let pings = 0;
      socket.on('ping', () => (pings += 1));
      await once(socket, 'open');
      socket.send('{"type":"connection_init"}');
      // nginx waits for 20 seconds: a comment comes each 12, a ping each 15.
      await expect
        .poll(() => stream.text().match(/^:$/gm)?.length ?? 0, { timeout: 120_000 })
        .toBeGreaterThan(2);
      await expect.poll(() => pings, { timeout: 120_000 }).toBeGreaterThan(1);
      socket.send('{"type":"ping"}');
      const [answer] = (await once(socket, 'message')) as [Buffer];
      expect(String(answer)).toBe('{"type":"pong"}');
    },
    300_000,
  );

  test('a page of the public URL may open a WebSocket, which nginx passes on with 101', async () => {
    const nginx = await startBehind();
    const socket = open(nginx);
    const [response] = (await once(socket, 'upgrade')) as [IncomingMessage];
    expect(response.statusCode).toBe(101);
  });

  test('without its public URL, the server refuses that page, and says what to set', async () => {
    const nginx = await startBehind([]);
    const [, response] = (await once(open(nginx), 'unexpected-response')) as [unknown, IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    expect([response.statusCode, body]).toEqual([403, expect.stringContaining('--public-url')]);
  });

  test('clients are counted by their own address, whatever they write themselves', async () => {
    const port = await nginxPort();
    const database = await openTestDatabase();
    onTestFinished(async () => await database.close());
    const settings = ['--public-url', `https://localhost:${port}/papers/`, '--trust-proxy', '1'];
    const { url } = await startServing(database.url, [...settings, '--max-sockets-per-address', '1']);
    const nginx = await startNginx(port, [url]);
    await once(open(nginx, '127.0.0.2'), 'open');
    await once(open(nginx, '127.0.0.3'), 'open');
    const forged = { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' };
    expect(await refusalOf(open(nginx, '127.0.0.2'))).toContain('503');
    expect(await refusalOf(open(nginx, '127.0.0.2', forged))).toContain('503');
  });

  describe.skipIf(!existsSync(CHROMIUM))(
    `GraphiQL in a browser (needs ${CHROMIUM}, or CHROMIUM_PATH)`,
    () => {
      const { openPage } = useBrowser();

      test.each([
        ['removes', (text: string) => text],
        [
          'keeps',
          (text: string) => text.replace('proxy_pass http://papergraph/;', 'proxy_pass http://papergraph;'),
        ],
      ])('subscribes below a path that nginx %s, and loads nothing from elsewhere', async (_how, edit) => {
        const nginx = await startBehind(undefined, edit);
        const { page, elsewhere, complaints } = await openPage(new URL(nginx.url).origin);
        await page.goto(nginx.url);
        expect(page.url()).toBe(`${nginx.url}graphql`);
        await page.getByRole('tab', { name: 'IncomingPapers' }).click();
        const play = page.getByRole('button', { name: /execute query/i });
        const answer = async (): Promise<string> => await page.locator('.graphiql-response').innerText();
        // GraphiQL takes a moment to see which operation the tab holds; pressed before, it runs nothing.
        const run = async (): Promise<string> => {
          if (await play.isVisible()) await play.click();
          return await answer();
        };
        await expect.poll(run).toMatch(/"caughtUp":\strue/);
        await ingestRecords(nginx.database.pool, '2026-01-14.jsonl', ['2601.04242']);
        await expect.poll(answer).toContain('"2601.04242"');
        expect([elsewhere, complaints]).toEqual([[], []]);
      });
    },
  );
});
