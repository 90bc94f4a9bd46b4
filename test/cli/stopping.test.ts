import { setMaxListeners } from 'node:events';
import pg from 'pg';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createContextFactory } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
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
    const answers = [post({ query: SLOW }), post({ query: SLOW })];
    await expect.poll(waiting).toBe(2);
    await server.close(1, () => end.abort());
    // The statements still run; nobody waits for them.
    database.breakConnections();
    await expect.poll(() => database.pool.totalCount - database.pool.idleCount).toBe(0);
    for (const answer of answers) expect(await (await answer).json()).toMatchObject(LATE);
    expect(logged.filter(({ msg }) => msg !== 'request')).toEqual([]);
    await unlock();
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
