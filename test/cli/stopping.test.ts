import { once, setMaxListeners } from 'node:events';
import pg from 'pg';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { sql } from '../../src/database/sql.ts';
import { createContextFactory } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { DeadlineError, statementRunner } from '../../src/database/statements.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';
import { LONG } from '../support/long.ts';
import { startTestServer } from '../support/server.ts';
import { startServing } from '../support/serving.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
  onTestFinished(async () => await database.close());
});

/** Has every read of papers wait, until it is called off. */
async function lockPapers(): Promise<() => Promise<void>> {
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query('begin; lock table paper in access exclusive mode');
  return async () => await client.end();
}

async function waiting(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.count ?? 0;
}

const SLOW = '{ papers(first: 1) { nodes { title authors { nodes { name } } } } }';
const LATE = { data: null, errors: [{ extensions: { code: 'TIMEOUT' } }] };

describe('a server that stops while operations run', () => {
  test('answers those that take too long with TIMEOUT', async () => {
    const unlock = await lockPapers();
    const end = new AbortController();
    setMaxListeners(0, end.signal);
    const createContext = createContextFactory({ database, prepared: true, stop: end.signal });
    const server = await startTestServer({ schema, createContext });
    const { post, logged } = server;
    // Two queries, because operations that ask for the same read it once.
    const answers = [post({ query: SLOW }), post({ query: SLOW.replace('first: 1', 'first: 2') })];
    await expect.poll(waiting).toBe(2);
    await server.close(1, () => end.abort());
    // The statements still run; nobody waits for them.
    database.breakConnections();
    await expect.poll(() => database.pool.totalCount - database.pool.idleCount).toBe(0);
    for (const answer of answers) expect(await (await answer).json()).toMatchObject(LATE);
    expect(logged.filter(({ msg }) => msg !== 'request')).toEqual([]);
    await unlock();
  });

  test.each([
    ['with TIMEOUT where it takes too long', { data: null, errors: [{ extensions: { code: 'TIMEOUT' } }] }],
    ['with what it asked for where it ends in time', { data: { papers: { nodes: [] } } }],
  ])('answers a query of a socket before it closes it, %s', async (_how, payload) => {
    const unlock = await lockPapers();
    const end = new AbortController();
    const createContext = createContextFactory({ database, prepared: true, stop: end.signal });
    const server = await startLiveServer(database, { createContext });
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const messages: { type: string; payload?: unknown }[] = [];
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as { type: string }));
    const closed = once(socket, 'close');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: SLOW } }));
    await expect.poll(waiting).toBe(1);
    const inTime = 'errors' in payload ? undefined : await Promise.all([unlock(), server.close(600_000)]);
    if (inTime === undefined) await server.close(1, () => end.abort());
    expect((await closed)[0]).toBe(1012);
    expect(messages).toMatchObject([
      { type: 'connection_ack' },
      { type: 'next', payload },
      { type: 'complete' },
    ]);
    database.breakConnections();
    await unlock();
  });

  test('begins nothing for those who waited for a connection', async () => {
    const end = new AbortController();
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    onTestFinished(async () => await pool.end());
    const taken = await pool.connect();
    const run = statementRunner(pool, { prepared: true, stop: end.signal });
    const query = sql`update feed set floor = floor + 1 returning floor`;
    const answer = run({ name: 'late', sql: query }).catch((error: unknown) => error);
    await expect.poll(() => pool.waitingCount).toBe(1);
    end.abort();
    taken.release();
    expect(await answer).toBeInstanceOf(DeadlineError);
    await expect.poll(() => pool.idleCount).toBe(1);
    const { rows } = await database.pool.query('select floor from feed');
    expect(rows).toEqual([{ floor: 0 }]);
  });

  test.runIf(LONG)(
    'leaves nothing in its log but that it stops (long form: it waits for ten seconds)',
    async () => {
      const { ask, end, stderr } = await startServing(database.url);
      const unlock = await lockPapers();
      const answer = ask(SLOW);
      await expect.poll(waiting).toBe(1);
      expect(await end()).toBe(0);
      await unlock();
      expect(await answer).toMatchObject(LATE);
      const logged = stderr()
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { msg: string }).msg);
      expect(logged).toEqual(['listening', 'stopping', 'request']);
    },
  );
});

test('an operation that outlives the database ends as TIMEOUT', async () => {
  const createContext = createContextFactory({ database, prepared: true });
  const { post, logged } = await startTestServer({ schema, createContext });
  await database.close();
  expect(await (await post({ query: SLOW })).json()).toMatchObject(LATE);
  expect(logged.filter(({ msg }) => msg !== 'request')).toEqual([]);
});
