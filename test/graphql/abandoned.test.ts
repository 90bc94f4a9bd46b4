import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createContextFactory } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { Turns } from '../../src/limits/turns.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';
import { startTestServer } from '../support/server.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await ingestRecords(database.pool, '2026-01-15_AI_enhanced_Chinese.jsonl', ['2601.00001', '2601.00002']);
});
afterAll(async () => await database.close());

const QUERY = '{ papers { nodes { title authors { nodes { name } } } } }';

/** Makes every read of a table, by default of authors, wait until the returned function is called. */
async function lock(table = 'authorship'): Promise<() => Promise<void>> {
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(`begin; lock table ${table} in access exclusive mode`);
  let ended: Promise<void> | undefined;
  const end = async (): Promise<void> => await (ended ??= client.end());
  onTestFinished(end);
  return end;
}

/** Number of statements that wait for the lock. */
async function waiting(): Promise<number> {
  const { rows } = await database.pool.query<{ count: string }>(
    `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return Number(rows[0]?.count ?? 0);
}

/** Asks over HTTP. Returns the answer, which may be abandoned. */
function ask(url: string, query = QUERY) {
  const controller = new AbortController();
  const answer = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal: controller.signal,
  }).then(
    async (response) => (await response.json()) as unknown,
    () => 'abandoned',
  );
  return { answer, abandon: () => controller.abort() };
}

/** Asks from another address of this machine: for the server, another client. */
async function askFrom(localAddress: string, url: string, query: string): Promise<string> {
  const get = request(`${url}/graphql?${new URLSearchParams({ query }).toString()}`, { localAddress });
  get.end();
  const [response] = (await once(get, 'response')) as [IncomingMessage];
  return await text(response);
}

async function askOverSocket(url: string, query = QUERY): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  return socket;
}

let unlock: () => Promise<void>;
beforeEach(async () => {
  unlock = await lock();
});

test('Postgres stops the statement of a request whose client disconnects', async () => {
  const { url } = await startLiveServer(database);
  const { answer, abandon } = ask(url);
  await expect.poll(waiting).toBe(1);
  abandon();
  expect(await answer).toBe('abandoned');
  await expect.poll(waiting, { timeout: 30_000 }).toBe(0);
});

test.each([
  ['page', '{ totalCount nodes { title } }'],
  ['facets', '{ facets { authors { count } } }'],
])(
  'Postgres stops the %s of a search, which it reads once it has parsed the words',
  async (_what, selection) => {
    await lock('paper_search');
    const { url } = await startLiveServer(database);
    const { answer, abandon } = ask(url, `{ papers(filter: {search: "graph"}) ${selection} }`);
    await expect.poll(waiting).toBe(1);
    abandon();
    expect(await answer).toBe('abandoned');
    await expect.poll(waiting, { timeout: 15_000 }).toBe(0);
  },
);

test.each([
  ['completes the operation', (socket: WebSocket) => socket.send('{"id":"1","type":"complete"}')],
  ['closes its socket', (socket: WebSocket) => socket.terminate()],
])('Postgres stops the statement of a WebSocket whose client %s', async (_how, leave) => {
  const { url } = await startLiveServer(database);
  const socket = await askOverSocket(url);
  await expect.poll(waiting).toBe(1);
  leave(socket);
  await expect.poll(waiting, { timeout: 30_000 }).toBe(0);
});

test('a connection whose statement is canceled is used again', async () => {
  const { url } = await startLiveServer(database);
  let broken = 0;
  const count = (): unknown => (broken += 1);
  database.pool.on('remove', count);
  onTestFinished(() => void database.pool.off('remove', count));
  for (const first of [3, 4, 5]) {
    const { answer, abandon } = ask(url, QUERY.replace('papers', `papers(first: ${first})`));
    await expect.poll(waiting, { timeout: 30_000 }).toBe(1);
    abandon();
    expect(await answer).toBe('abandoned');
    await expect.poll(waiting, { timeout: 30_000 }).toBe(0);
  }
  await unlock();
  expect(await ask(url).answer).toHaveProperty('data.papers.nodes.length', 2);
  expect(broken).toBe(0);
});

test('a read that another operation waits for is read again when the first one is abandoned', async () => {
  const { url } = await startLiveServer(database);
  const first = ask(url);
  await expect.poll(waiting).toBe(1);
  const second = ask(url, `${QUERY} # another document`);
  // Both have begun before the first one ends.
  await expect.poll(async () => await (await fetch(`${url}/healthz`)).text()).toContain('ok');
  first.abandon();
  expect(await first.answer).toBe('abandoned');
  await unlock();
  expect(await second.answer).toMatchObject({ data: { papers: { nodes: [{}, {}] } } });
});

test('a client whose statements wait does not keep those of another from running', async () => {
  const createContext = createContextFactory({
    database,
    prepared: true,
    turns: new Turns({ perClient: 2, inAll: 3, waitMs: 60_000 }),
  });
  const { url } = await startTestServer({ schema, createContext });
  const unlockPapers = await lock('paper');
  // No two of these lists share a statement.
  const pages = Array.from(
    { length: 9 },
    (_, n) =>
      `a${n}: papers(first: 1, filter: { digestDates: { from: "2026-01-0${n + 1}" } }) { nodes { title } }`,
  );
  const { answer } = ask(url, `{ ${pages.join(' ')} }`);
  await expect.poll(waiting).toBe(2);
  expect(await askFrom('127.0.0.2', url, '{ categories(first: 1) { totalCount } }')).toContain('totalCount');
  await unlockPapers();
  expect(await answer).toHaveProperty('data.a8.nodes.length', 1);
});
