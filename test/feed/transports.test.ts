import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonRecord } from '../support/digest-files.ts';
import {
  ingestRecords,
  overEvents,
  overWebSocket,
  readEvents,
  startLiveServer,
  type Message,
} from '../support/live.ts';

const PAPERS = `subscription ($after: FeedCursor, $start: FeedStart! = OLDEST) {
  papers: paperIngested(after: $after, start: $start) {
    cursor caughtUp events { cursor kind paper { arxivId } }
  }
}`;

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

async function first(stream: AsyncIterable<Message>): Promise<Message | undefined> {
  for await (const message of stream) return message;
  return undefined;
}

function events(message: Message | undefined): string[] {
  const batch = message?.data?.['papers'];
  if (batch === undefined) throw new Error(`expected a batch, got ${JSON.stringify(message)}`);
  return batch.events.map(({ paper }) => paper.arxivId);
}

describe('server-sent events', () => {
  test('have the cursor as their id, and Last-Event-ID takes precedence over `after`', async () => {
    const { url } = await startLiveServer(database);
    await ingestRecords(database.pool, '2026-01-14.jsonl', ['2601.00001', '2601.00002']);
    const message = await first(readEvents(url, { query: PAPERS }, {}));
    expect(message?.id).toBe(message?.data?.['papers']?.cursor);
    const [one] = message?.data?.['papers']?.events ?? [];
    const again = await first(
      readEvents(
        url,
        { query: PAPERS, variables: { after: message?.id } },
        { headers: { 'last-event-id': one?.cursor ?? '' } },
      ),
    );
    expect(events(again)).toEqual(['2601.00002']);
  });

  test('end with an error for an invalid cursor, and a reconnect is answered with 204', async () => {
    const { url } = await startLiveServer(database);
    const messages: Message[] = [];
    const headers = { 'last-event-id': 'AAAAAAAAAADdr8Ag8ydfJSCqVVM' };
    for await (const message of readEvents(url, { query: PAPERS }, { headers })) messages.push(message);
    expect(messages).toMatchObject([{ errors: [{ extensions: { code: 'CURSOR_INVALID' } }] }]);
    const response = await fetch(`${url}/graphql?query=${encodeURIComponent(PAPERS)}`, {
      headers: { accept: 'text/event-stream', 'last-event-id': messages[0]?.id ?? '' },
    });
    expect(response.status).toBe(204);
  });

  test('can be requested by GET and must not be cached', async () => {
    const { url } = await startLiveServer(database);
    const controller = new AbortController();
    const response = await fetch(`${url}/graphql?query=${encodeURIComponent(PAPERS)}`, {
      headers: { accept: 'text/event-stream' },
      signal: controller.signal,
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toContain('no-store');
    controller.abort();
  });

  test('report an invalid document, and a subscription is not available as JSON', async () => {
    const { url, post } = await startLiveServer(database);
    const wrong = await first(readEvents(url, { query: 'subscription { nothing }' }, {}));
    // EventSource must not try again.
    expect(wrong?.id).toBe('end');
    expect(wrong?.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    expect((await post({ query: PAPERS }, { accept: 'application/json' })).status).toBe(406);
    const query = await fetch(`${url}/graphql?query={feedCursor}`, {
      headers: { accept: 'application/json' },
    });
    expect(await query.json()).toMatchObject({ data: { feedCursor: expect.any(String) as string } });
  });
});

describe('event streams', () => {
  test('release their slot if the client leaves before the first message', async () => {
    const { url, feed } = await startLiveServer(database, {
      limits: { maxSockets: 3, maxSocketsPerAddress: 3 },
    });
    const path = `/graphql?query=${encodeURIComponent(PAPERS)}`;
    for (let round = 0; round < 10; round += 1) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      await once(socket, 'connect');
      socket.end(`GET ${path} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n`);
      socket.destroySoon();
      await once(socket, 'close');
    }
    const openAll = async (): Promise<number[]> => {
      const headers = { accept: 'text/event-stream' };
      const all = await Promise.all([0, 1, 2].map(async () => await fetch(`${url}${path}`, { headers })));
      await Promise.all(all.map(async ({ body }) => await body?.cancel()));
      return all.map(({ status }) => status);
    };
    await expect.poll(openAll).toEqual([200, 200, 200]);
    await expect.poll(() => feed.size()).toBe(0);
  });

  test('beyond the limit are refused until one ends', async () => {
    const { url } = await startLiveServer(database, { limits: { maxSockets: 1, maxSocketsPerAddress: 1 } });
    const stream = overEvents(url, PAPERS);
    await stream.next();
    const status = async (): Promise<number> => {
      const response = await fetch(`${url}/graphql?query=${encodeURIComponent(PAPERS)}`, {
        headers: { accept: 'text/event-stream' },
      });
      await response.body?.cancel();
      return response.status;
    };
    expect(await status()).toBe(503);
    await stream.return?.();
    await expect.poll(status).toBe(200);
  });

  test('are not available by HEAD', async () => {
    const { url } = await startLiveServer(database);
    const response = await fetch(`${url}/graphql?query=${encodeURIComponent(PAPERS)}`, {
      method: 'HEAD',
      headers: { accept: 'text/event-stream' },
    });
    expect(response.status).toBe(406);
  });
});

describe('WebSockets', () => {
  const open = (url: string, options = {}): WebSocket =>
    new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options);

  test('from pages of other sites, on other paths, and beyond the limit are refused', async () => {
    const { url } = await startLiveServer(database, { limits: { maxSockets: 1, maxSocketsPerAddress: 1 } });
    const refusal = async (socket: WebSocket): Promise<string> => {
      const [error] = (await once(socket, 'error')) as [Error];
      return error.message;
    };
    expect(await refusal(open(url, { origin: 'https://elsewhere.example' }))).toContain('403');
    expect(await refusal(new WebSocket(`${url.replace('http', 'ws')}/other`))).toContain('404');
    const socket = open(url, { origin: url });
    await once(socket, 'open');
    expect(await refusal(open(url))).toContain('503');
    socket.terminate();
    await expect
      .poll(async () => {
        const next = open(url);
        return await Promise.race([once(next, 'open').then(() => next.terminate()), refusal(next)]);
      })
      .toBeUndefined();
  });

  test('are closed with 1012 when the server stops', async () => {
    const server = await startLiveServer(database);
    const socket = open(server.url);
    await once(socket, 'open');
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    await server.close();
    expect((await closed)[0]).toBe(1012);
  });

  test('run queries and report an invalid document', async () => {
    const { url } = await startLiveServer(database);
    const answer = await first(overWebSocket(url, '{ feedCursor }'));
    expect(answer?.data).toEqual({ feedCursor: expect.any(String) as string });
    const failure: unknown = await first(overWebSocket(url, '{ nothing }')).catch((error: unknown) => error);
    expect(failure).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});

/** A socket whose connection is acknowledged. */
async function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  return socket;
}

test('subscriptions that reuse an id end with their socket', async () => {
  const { url, feed } = await startLiveServer(database);
  const socket = await opened(url);
  const payload = { query: 'subscription { paperIngested { cursor } }' };
  for (let round = 0; round < 20; round += 1) {
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    socket.send('{"id":"1","type":"complete"}');
  }
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
  await expect.poll(() => feed.size()).toBeGreaterThan(0);
  socket.terminate();
  await expect.poll(() => feed.size()).toBe(0);
});

test('a stalled client is disconnected, and other clients receive everything', async () => {
  const limits = { maxSockets: 100, maxSocketsPerAddress: 100, stalledMs: 3_000 };
  const { url, feed, logged } = await startLiveServer(database, { limits });
  const stuck = await opened(url);
  stuck.pause();
  // Large answers fill the buffers of the network.
  const query = 'subscription { paperIngested(first: 100) { cursor events { paper { abstract title } } } }';
  for (let id = 0; id < 40; id += 1)
    stuck.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
  await expect.poll(() => feed.size()).toBe(40);
  const other = overWebSocket(url, PAPERS, { start: 'NOW' });
  await other.next();
  const abstract = 'x'.repeat(20_000);
  for (let day = 10; day < 14; day += 1) {
    const ids = Array.from({ length: 50 }, (_, n) => `2601.${day * 1_000 + 10_000 + n}`);
    await ingestRecords(
      database.pool,
      `2026-01-${day}.jsonl`,
      ids.map((id) => jsonRecord(id, { summary: abstract })),
    );
    const got: string[] = [];
    while (got.length < ids.length) got.push(...events((await other.next()).value as Message));
    expect(got).toEqual(ids);
  }
  await expect.poll(() => feed.size()).toBe(1);
  expect(logged).toContainEqual(
    expect.objectContaining({ msg: 'sockets too far behind, closed', sockets: 1 }),
  );
  stuck.terminate();
});

test('hundreds of closed sockets leak no subscription, handle or database connection', async () => {
  const { url, feed } = await startLiveServer(database);
  await ingestRecords(database.pool, '2026-01-14.jsonl', ['2601.00001']);
  const handles = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  const before = handles();
  for (let round = 0; round < 5; round += 1) {
    const sockets = await Promise.all(Array.from({ length: 200 }, async () => await opened(url)));
    for (const socket of sockets)
      socket.send(
        '{"id":"1","type":"subscribe","payload":{"query":"subscription { paperIngested { cursor } }"}}',
      );
    await expect.poll(() => feed.size()).toBe(200);
    for (const [index, socket] of sockets.entries())
      if (index % 2 === 0) socket.terminate();
      else socket.close();
    await expect.poll(() => feed.size()).toBe(0);
  }
  await expect.poll(handles).toBeLessThanOrEqual(before + 2);
  expect(database.pool.waitingCount).toBe(0);
});
