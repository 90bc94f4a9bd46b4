import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Limits } from '../../src/limits/limits.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const INIT = '{"type":"connection_init"}';
const PING = '{"type":"ping"}';
// None leaks within a test.
const SLOW: Partial<Limits> = { maxMessagesPerSecond: 1, messageBurst: 100 };

const subscribe = (id: string, query = 'subscription { paperIngested { cursor } }'): string =>
  JSON.stringify({ id, type: 'subscribe', payload: { query } });
const complete = (id: string): string => JSON.stringify({ id, type: 'complete' });

/** An acknowledged socket, with the types of the messages that it has received since. */
async function connected(url: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  onTestFinished(() => socket.terminate());
  const closed = once(socket, 'close') as Promise<[number, Buffer]>;
  await once(socket, 'open');
  socket.send(INIT);
  await once(socket, 'message');
  const types: string[] = [];
  socket.on('message', (text: Buffer) => types.push((JSON.parse(String(text)) as { type: string }).type));
  const code = async (): Promise<number> => (await closed)[0];
  return { socket, types, code };
}

describe('a socket that sends faster than it may', () => {
  test('is closed with 4290, and nothing that it sends afterwards is done', async () => {
    const { url, feed } = await startLiveServer(database, { limits: SLOW });
    const flood = await connected(url);
    for (let n = 0; n < 5_000; n += 1) {
      flood.socket.send(subscribe(String(n)));
      flood.socket.send(complete(String(n)));
    }
    expect(await flood.code()).toBe(4290);
    await expect.poll(() => feed.size()).toBe(0);
  });

  test('disturbs no other socket: its operation is answered', async () => {
    const { url } = await startLiveServer(database, { limits: SLOW });
    const [flood, innocent] = [await connected(url), await connected(url)];
    for (let n = 0; n < 5_000; n += 1) flood.socket.send(complete(String(n)));
    innocent.socket.send(subscribe('1', '{ __typename }'));
    await expect.poll(() => innocent.types).toEqual(['next', 'complete']);
    expect(await flood.code()).toBe(4290);
  });

  test.each([
    ['messages `ping`', (socket: WebSocket) => socket.send(PING)],
    ['frames `pong` that were not asked for', (socket: WebSocket) => socket.pong()],
  ])('is closed for %s, too', async (_what, send) => {
    const { url } = await startLiveServer(database, { limits: SLOW });
    const { socket, code } = await connected(url);
    for (let n = 0; n < 200; n += 1) send(socket);
    expect(await code()).toBe(4290);
  });

  test('is closed for frames `ping`, too, even if it waits for each answer', async () => {
    const { url } = await startLiveServer(database, { limits: SLOW });
    const { socket, code } = await connected(url);
    socket.on('pong', () => socket.ping());
    socket.ping();
    expect(await code()).toBe(4290);
  });

  test('is closed before `connection_init`, too', async () => {
    const { url } = await startLiveServer(database, { limits: SLOW });
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    onTestFinished(() => socket.terminate());
    socket.on('open', () => {
      for (let n = 0; n < 200; n += 1) socket.send(PING);
    });
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(4290);
  });
});

test('a client that connects again may start as many operations as a socket can have, twice', async () => {
  const { url } = await startLiveServer(database);
  const { socket, types } = await connected(url);
  for (const round of ['a', 'b']) {
    for (let n = 0; n < 50; n += 1) socket.send(subscribe(`${round}${n}`));
    await expect.poll(() => types.filter((type) => type === 'next').length).toBe(50);
    for (let n = 0; n < 50; n += 1) socket.send(complete(`${round}${n}`));
    types.length = 0;
  }
  expect(socket.readyState).toBe(socket.OPEN);
});

test('a client that connects too often gets 429, and another socket of it goes on', async () => {
  const limits = { maxSocketsPerAddress: 5, maxHandshakesPerSecond: 1 };
  const { url } = await startLiveServer(database, { limits });
  const { socket, types } = await connected(url);
  const refusals: (number | undefined)[] = [];
  for (let n = 0; n < 100 && refusals.length === 0; n += 1) {
    const other = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    other.on('unexpected-response', (_request, response) => {
      refusals.push(response.statusCode, Number(response.headers['retry-after']));
      other.terminate();
    });
    other.on('open', () => other.terminate());
    other.on('error', () => undefined);
    await new Promise((resolve) => other.once('close', resolve));
  }
  expect(refusals).toEqual([429, 1]);
  socket.send(PING);
  await expect.poll(() => types).toEqual(['pong']);
});

test('messages leak: a client may go on at the rate', async () => {
  const { url } = await startLiveServer(database, {
    limits: { maxMessagesPerSecond: 1_000, messageBurst: 20 },
  });
  const { socket, types } = await connected(url);
  for (let round = 0; round < 20; round += 1) {
    for (let n = 0; n < 10; n += 1) socket.send(PING);
    await expect.poll(() => types.length, { interval: 20 }).toBe(10 * (round + 1));
  }
});

test('without a limit a client may send as much as it likes', async () => {
  const { url } = await startLiveServer(database, { limits: { maxMessagesPerSecond: 0 } });
  const { socket, types } = await connected(url);
  for (let n = 0; n < 2_000; n += 1) socket.send(PING);
  await expect.poll(() => types.length).toBe(2_000);
});

test('a `ping` of more than 1,000 characters is not a message of this server', async () => {
  const { url } = await startLiveServer(database);
  const { socket, code } = await connected(url);
  socket.send(JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(1_000) } }));
  expect(await code()).toBe(4400);
});
