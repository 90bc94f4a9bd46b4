import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import pg from 'pg';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { listenForWakeUps } from '../../src/database/listen.ts';
import { createLogger } from '../../src/logger.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestRecords, overWebSocket, startLiveServer, type Message } from '../support/live.ts';

const PAPERS = `subscription ($start: FeedStart!) {
  papers: paperIngested(start: $start) { cursor caughtUp events { cursor kind paper { arxivId } } }
}`;

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

/** The same pool, but connections that LISTEN with its settings fail. */
function deaf(pool: pg.Pool): pg.Pool {
  const options = { host: '127.0.0.1', port: 1 };
  return new Proxy(pool, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (name === 'options') return options;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

test('without notifications, a new subscription sees all commits at once, and an open one soon', async () => {
  const { url } = await startLiveServer({ pool: deaf(database.pool) });
  const batchOf = async (stream: AsyncIterator<Message>) => {
    const batch = ((await stream.next()).value as Message).data?.['papers'];
    return { ids: batch?.events.map(({ paper }) => paper.arxivId), caughtUp: batch?.caughtUp };
  };
  const early = overWebSocket(url, PAPERS, { start: 'OLDEST' });
  expect(await batchOf(early)).toEqual({ ids: [], caughtUp: true });
  await ingestRecords(database.pool, '2026-01-14.jsonl', ['2601.00001', '2601.00002']);
  const stored = { ids: ['2601.00001', '2601.00002'], caughtUp: true };
  expect(await batchOf(overWebSocket(url, PAPERS, { start: 'OLDEST' }))).toEqual(stored);
  expect(await batchOf(early)).toEqual(stored);
});

test('a connection that breaks when it begins to listen is replaced', async () => {
  const authenticated = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
  const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
  let broken = 0;
  const postgres = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(Buffer.concat([authenticated, readyForQuery]));
      // The next message is LISTEN.
      socket.once('data', () => {
        broken += 1;
        socket.destroy();
      });
    });
  }).listen(0, '127.0.0.1');
  await once(postgres, 'listening');
  onTestFinished(() => void postgres.close());
  const { port } = postgres.address() as AddressInfo;
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'nobody' });
  let woken = 0;
  const source = listenForWakeUps(pool, {
    channel: 'news',
    onWake: () => (woken += 1),
    log: createLogger('silent', process.stderr),
  });
  await expect.poll(() => broken).toBeGreaterThanOrEqual(3);
  await source.close();
  expect(woken).toBe(0);
});
