import { getEventListeners, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parse } from 'graphql';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { ReconnectDelay } from '../../src/client/reconnect-delay.ts';
import { subscribe, type FeedStatus, type SubscribeOptions } from '../../src/client/subscribe.ts';
import { TcpProxy } from '../feed/checker/proxy.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestRecords, startLiveServer, type Batch } from '../support/live.ts';

const DOCUMENT = `subscription Papers($from: FeedCursor, $start: FeedStart! = OLDEST, $first: Int! = 50) {
  papers: paperIngested(after: $from, start: $start, first: $first) { cursor caughtUp events { cursor kind paper { arxivId } } }
}`;

interface Data {
  readonly papers: Batch;
}

let database: TestDatabase;
beforeEach(async () => {
  // Delays are random; here they are short.
  vi.spyOn(ReconnectDelay.prototype, 'next').mockReturnValue(5);
  database = await openTestDatabase();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await database.close();
});

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `2601.${10_000 + from + n}`);

/** A server behind a proxy that can break connections. */
async function startBehindProxy() {
  const server = await startLiveServer(database);
  const proxy = await TcpProxy.start(Number(new URL(server.url).port));
  onTestFinished(async () => await proxy.close());
  return { server, proxy, url: `http://127.0.0.1:${proxy.port}/graphql` };
}

/** Reads batches until they have brought this many events. */
async function take(stream: AsyncIterator<Data>, count: number): Promise<string[]> {
  const got: string[] = [];
  while (got.length < count) {
    const { value, done } = (await stream.next()) as IteratorResult<Data, undefined>;
    if (done === true) throw new Error(`ended after ${got.length} of ${count}`);
    got.push(...value.papers.events.map(({ paper }) => paper.arxivId));
  }
  return got;
}

describe.each<NonNullable<SubscribeOptions['transport']>>(['ws', 'sse'])('subscribe over %s', (transport) => {
  test('delivers each event exactly once, however often the connection is lost', async () => {
    const { proxy, url } = await startBehindProxy();
    const states: FeedStatus['state'][] = [];
    const stream = subscribe<Data>(
      url,
      DOCUMENT,
      {},
      { transport, onStatus: ({ state }) => states.push(state) },
    );
    const got: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      await ingestRecords(database.pool, `2026-01-1${round}.jsonl`, ids(round * 5, round * 5 + 5));
      got.push(...(await take(stream, 5)));
      expect(proxy.reset()).toBeGreaterThan(0);
    }
    expect(got).toEqual(ids(0, 20));
    expect(states.filter((state) => state === 'live')).toHaveLength(4);
    await stream.return?.();
  });

  test('ends at once, on the server too, when its reader leaves while it waits', async () => {
    const { server, url } = await startBehindProxy();
    const stream = subscribe<Data>(url, DOCUMENT, {}, { transport });
    await stream.next();
    expect(server.feed.size()).toBe(1);
    const waiting = stream.next();
    await stream.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await expect.poll(() => server.feed.size()).toBe(0);
  });

  test('ends with the signal, even if the server is not up yet', async () => {
    const signal = AbortSignal.timeout(200);
    const stream = subscribe<Data>('http://127.0.0.1:9/graphql', DOCUMENT, {}, { transport, signal });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('throws FeedError if the server refuses for good', async () => {
    const { url } = await startBehindProxy();
    const refused = subscribe(url, DOCUMENT, { from: 'AAAAAAAAAADdr8Ag8ydfJSCqVVM' }, { transport });
    await expect(refused.next()).rejects.toMatchObject({ name: 'FeedError', code: 'CURSOR_INVALID' });
    const invalid = subscribe(url, DOCUMENT.replace('caughtUp', 'caughtDown'), {}, { transport });
    await expect(invalid.next()).rejects.toMatchObject({
      name: 'FeedError',
      errors: [{ message: /caughtDown/ }],
    });
    const long = subscribe(url, `${DOCUMENT} #${'x'.repeat(20_000)}`, {}, { transport });
    await expect(long.next()).rejects.toMatchObject({
      name: 'FeedError',
      code: 'BAD_REQUEST',
      message: /20000 characters/,
    });
  });

  test('leaves no listener on the signal, however it ends', async () => {
    const { url } = await startBehindProxy();
    const { signal } = new AbortController();
    const refused = subscribe(url, DOCUMENT, { from: 'AAAAAAAAAADdr8Ag8ydfJSCqVVM' }, { transport, signal });
    await expect(refused.next()).rejects.toThrow('cursor');
    const left = subscribe(url, DOCUMENT, {}, { transport, signal });
    await left.next();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await left.return?.();
    await subscribe(url, DOCUMENT, {}, { transport, signal }).return?.();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('loses nothing if its reader is slower than the feed', async () => {
    const { url } = await startBehindProxy();
    await ingestRecords(database.pool, '2026-01-10.jsonl', ids(0, 350));
    const stream = subscribe<Data>(url, DOCUMENT, { first: 1 }, { transport });
    expect((await stream.next()).done).toBe(false);
    const rest: string[] = [];
    while (rest.length < 349) {
      rest.push(...(await take(stream, 1)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(rest).toEqual(ids(1, 350));
    await stream.return?.();
  });
});

interface SentMessage {
  readonly id?: string;
  readonly type: string;
  readonly payload?: { readonly variables: object };
}

/**
 * Answers each subscription with one batch, whose cursor is its number, and closes the socket. Returns the
 * variables that it has received.
 */
async function startClosing(code: number): Promise<{ url: string; asked: unknown[] }> {
  const asked: unknown[] = [];
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  onTestFinished(() => server.close());
  server.on('connection', (socket) =>
    socket.on('message', (text: Buffer) => {
      const { id, type, payload } = JSON.parse(String(text)) as SentMessage;
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type !== 'subscribe') return;
      asked.push(payload?.variables);
      const papers = { cursor: String(asked.length), caughtUp: true, events: [] };
      socket.send(JSON.stringify({ id, type: 'next', payload: { data: { papers } } }));
      socket.close(code);
    }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, asked };
}

test.each([1000, 1001, 1012, 4000])(
  'after the server closes a socket with %i, the next one resumes from the last cursor',
  async (code) => {
    const { url, asked } = await startClosing(code);
    const stream = subscribe<Data>(url, DOCUMENT);
    const cursors: string[] = [];
    for (let batches = 0; batches < 4; batches += 1)
      cursors.push(((await stream.next()).value as Data).papers.cursor);
    await stream.return?.();
    expect(cursors).toEqual(['1', '2', '3', '4']);
    expect(asked.slice(0, 4)).toEqual([{}, { from: '1' }, { from: '2' }, { from: '3' }]);
  },
);

test('waits up to a second before it reconnects, twice as long each time, until a connection has lasted', () => {
  vi.restoreAllMocks();
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const delay = new ReconnectDelay();
  const waits = (): number[] =>
    Array.from({ length: 3 }, () => {
      delay.answered();
      return delay.next();
    });
  expect(waits()).toEqual([500, 1_000, 2_000]);
  expect([delay.next(), delay.next(), delay.next(), delay.next()]).toEqual([4_000, 8_000, 15_000, 15_000]);
  delay.answered();
  vi.advanceTimersByTime(60_000);
  expect(waits()).toEqual([500, 1_000, 2_000]);
});

test.each(['localhost:4000/graphql', '/graphql', 'ftp://example.org/graphql'])(
  'a wrong address is refused before anything is sent: %s',
  (url) => {
    expect(() => subscribe(url, DOCUMENT)).toThrow(TypeError);
  },
);

test.each([
  ['query { papers { totalCount } }', /expected a subscription/],
  ['subscription { paperIngested { cursor } }', /after: \$after/],
  ['subscription($a: FeedCursor) { digestIngested(after: $a) { caughtUp } }', /\{ cursor … \}/],
])('a document that cannot be resumed is refused before anything is sent: %s', (document, message) => {
  expect(() => subscribe('http://127.0.0.1:9/graphql', document)).toThrow(message);
  expect(() => subscribe('http://127.0.0.1:9/graphql', parse(document))).toThrow(TypeError);
});

/** Makes `fetch` answer with an event stream that arrives in these pieces. */
function answerWith(pieces: readonly Uint8Array[]): void {
  vi.spyOn(globalThis, 'fetch').mockImplementation(
    async () =>
      await Promise.resolve(
        new Response(
          new ReadableStream({
            start(controller) {
              for (const piece of pieces) controller.enqueue(piece);
              controller.close();
            },
          }),
          { headers: { 'content-type': 'text/event-stream' } },
        ),
      ),
  );
}

test('events are the same wherever the stream is split into chunks and however its lines end', async () => {
  const lines = [
    'retry: 5',
    'id: 1',
    'event: next',
    'data: {"data":{"papers":{"cursor":"1",',
    'data:"title":"ä二"}}}',
    '',
    ':',
    '',
    'data: {"data":{"papers":{"cursor":"2","title":""}}}',
    '',
    'event: complete',
    'data:',
    '',
    'event: next',
    'data: {"data":{"papers":{"cursor":"after the end"}}}',
    '',
    '',
  ];
  const expected = [
    { papers: { cursor: '1', title: 'ä二' } },
    { papers: { cursor: '2', title: '' } },
    'the server has ended the stream',
  ];
  for (const end of ['\n', '\r', '\r\n']) {
    const bytes = new TextEncoder().encode(`\uFEFF${lines.join(end)}`);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      answerWith([bytes.slice(0, cut), bytes.slice(cut)]);
      const read: unknown[] = [];
      const controller = new AbortController();
      const onStatus = ({ reason }: FeedStatus): void => {
        if (reason !== undefined) controller.abort(read.push(reason));
      };
      const { signal } = controller;
      for await (const data of subscribe(
        'http://feed/',
        DOCUMENT,
        {},
        { transport: 'sse', signal, onStatus },
      ))
        read.push(data);
      expect(read).toEqual(expected);
    }
  }
});
