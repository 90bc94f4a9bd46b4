import { once } from 'node:events';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const SUBSCRIPTION = 'subscription { paperIngested { cursor } }';

test('a server that stops closes sockets with 1012, one slice after another', async () => {
  const server = await startLiveServer(database);
  const sockets = await Promise.all(
    Array.from({ length: 250 }, async () => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      onTestFinished(() => socket.terminate());
      await once(socket, 'open');
      return socket;
    }),
  );
  const codes: number[] = [];
  for (const socket of sockets) socket.on('close', (code) => codes.push(code));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const closing = server.close();
  for (const closed of [100, 200, 250]) {
    await expect.poll(() => codes.length).toBe(closed);
    vi.advanceTimersByTime(200);
  }
  await closing;
  expect(new Set(codes)).toEqual(new Set([1012]));
});

test('a server that stops refuses late handshakes with 503: clients try another server', async () => {
  const server = await startLiveServer(database);
  const { port } = new URL(server.url);
  const connection = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void connection.destroy());
  await once(connection, 'connect');
  // The server has accepted the connection once it has answered a later one.
  await (await fetch(`${server.url}/healthz`)).text();
  const closing = server.close();
  connection.write(
    'GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  expect(await textOf(connection)).toMatch(/^HTTP\/1\.1 503 /);
  await closing;
});

test('a server that stops tells event streams when to connect again, each at another time', async () => {
  const server = await startLiveServer(database);
  const reading = Array.from({ length: 5 }, async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: SUBSCRIPTION }),
    });
    return { text: response.text() };
  });
  const streams = await Promise.all(reading);
  await server.close();
  const waits = await Promise.all(streams.map(async ({ text }) => /^retry: (\d+)$/m.exec(await text)?.[1]));
  expect(waits.every((wait) => Number(wait) >= 600 && Number(wait) <= 5_400)).toBe(true);
  expect(new Set(waits).size).toBeGreaterThan(1);
});
