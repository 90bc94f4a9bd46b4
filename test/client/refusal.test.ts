import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { ReconnectDelay } from '../../src/client/reconnect-delay.ts';
import { subscribe, type SubscribeOptions } from '../../src/client/subscribe.ts';

const DOCUMENT = 'subscription ($after: FeedCursor) { paperIngested(after: $after) { cursor } }';

beforeEach(() => {
  // Delays are random; here they are short.
  vi.spyOn(ReconnectDelay.prototype, 'next').mockReturnValue(5);
});
afterEach(() => vi.restoreAllMocks());

interface Refusing {
  readonly url: string;
  /** Requests and handshakes so far. */
  readonly asked: () => number;
}

/** A server that answers all requests and handshakes with one status. */
async function startRefusing(status: number, headers: Record<string, string> = {}): Promise<Refusing> {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(status, headers).end();
  });
  server.on('upgrade', (_request, socket) => {
    asked += 1;
    // A client that gives up resets the connection.
    socket.on('error', () => {});
    socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, asked: () => asked };
}

/** A WebSocket as in browsers, which do not say why a handshake failed. */
class Silent extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState = Silent.CONNECTING;
  onclose: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;

  constructor() {
    super();
    setImmediate(() => {
      this.readyState = Silent.CLOSED;
      this.onerror?.(new Event('error'));
      this.onclose?.(Object.assign(new Event('close'), { code: 1006, reason: '', wasClean: false }));
    });
  }

  close(): void {}
}

const CLIENTS: [name: string, options: SubscribeOptions][] = [
  ['a WebSocket of Node', { transport: 'ws' }],
  ['a WebSocket of a browser', { transport: 'ws', webSocketImpl: Silent }],
  ['an event stream', { transport: 'sse' }],
];

describe.each(CLIENTS)('over %s', (_name, options) => {
  test.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
  ])('status %i ends a subscription with %s, without another attempt', async (status, code) => {
    const { url, asked } = await startRefusing(status);
    const stream = subscribe(url, DOCUMENT, {}, options);
    // The message is the same for every transport.
    const message = `expected a GraphQL feed, got HTTP status ${status}`;
    await expect(stream.next()).rejects.toMatchObject({ name: 'FeedError', code, message });
    expect(asked()).toBe(1);
  });

  test.each([408, 429, 500, 502, 503])('status %i leads to another attempt', async (status) => {
    const { url, asked } = await startRefusing(status);
    const controller = new AbortController();
    const waiting = subscribe(url, DOCUMENT, {}, { ...options, signal: controller.signal }).next();
    await expect.poll(asked).toBeGreaterThan(2);
    controller.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

test.each([
  ['400, to a WebSocket of Node', 400, { transport: 'ws' }],
  ['400, to an event stream', 400, { transport: 'sse' }],
  ['a redirection, to a WebSocket of Node', 302, { transport: 'ws' }],
  ['a redirection, to a WebSocket of a browser', 302, { transport: 'ws', webSocketImpl: Silent }],
] satisfies [string, number, SubscribeOptions][])(
  '%s ends a subscription',
  async (_what, status, options) => {
    const { url, asked } = await startRefusing(status, { location: '/elsewhere' });
    await expect(subscribe(url, DOCUMENT, {}, options).next()).rejects.toMatchObject({ name: 'FeedError' });
    expect(asked()).toBe(1);
  },
);

test('a server without the subprotocol ends a subscription', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false });
  await once(server, 'listening');
  onTestFinished(() => server.close());
  let asked = 0;
  server.on('connection', () => (asked += 1));
  const stream = subscribe(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, DOCUMENT);
  await expect(stream.next()).rejects.toMatchObject({ name: 'FeedError', message: /subprotocol/ });
  expect(asked).toBe(1);
});
