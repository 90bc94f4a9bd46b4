import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { openDatabase } from '../../src/database/connect.ts';
import { createContextFactory, type ContextOptions } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { generateModel, insertModel } from '../support/generated-store.ts';
import { startTestServer } from '../support/server.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await insertModel(database.pool, generateModel({ seed: 3, papers: 30, authors: 10, days: 3 }));
});
afterAll(async () => await database.close());

const DEADLINE_MS = 10_000;

/** Queries a server whose reads have a deadline. */
async function asking(options: Partial<ContextOptions> = {}) {
  const createContext = createContextFactory({
    database,
    prepared: true,
    deadlineMs: DEADLINE_MS,
    ...options,
  });
  const { post } = await startTestServer({ schema, createContext });
  return async (query: string): Promise<unknown> => {
    const { extensions: _, ...answer } = (await (await post({ query })).json()) as Record<string, unknown>;
    return answer;
  };
}

/** Stops the timers of this process. Returns a function that lets the deadline pass. */
function stopTimers(): () => void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  return () => void vi.advanceTimersByTime(DEADLINE_MS);
}

/** Makes every read of a table wait until the returned function is called. */
async function lock(table: string): Promise<() => Promise<void>> {
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(`begin; lock table ${table} in access exclusive mode`);
  let ended: Promise<void> | undefined;
  const end = async (): Promise<void> => await (ended ??= client.end());
  onTestFinished(end);
  return end;
}

/** Number of statements that wait for a lock. */
async function waiting(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.count ?? 0;
}

/** Number of active connections. */
const busy = (): number => database.pool.totalCount - database.pool.idleCount;

test('a read that exceeds its deadline is TIMEOUT, and Postgres stops it', async () => {
  const ask = await asking();
  const unlock = await lock('paper');
  const passDeadline = stopTimers();
  const answer = ask('{ papers(first: 1) { nodes { id } } }');
  await expect.poll(waiting).toBe(1);
  passDeadline();
  expect(await answer).toEqual({
    data: null,
    errors: [
      {
        message: expect.stringContaining('took too long') as string,
        locations: [{ line: 1, column: 3 }],
        path: ['papers'],
        extensions: { code: 'TIMEOUT' },
      },
    ],
  });
  await expect.poll(waiting).toBe(0);
  await unlock();
  expect(await ask('{ papers { totalCount } }')).toEqual({ data: { papers: { totalCount: 30 } } });
});

test('a look-up that exceeds its deadline is null, with TIMEOUT at its path', async () => {
  const ask = await asking();
  await lock('author');
  const passDeadline = stopTimers();
  const answer = ask('{ author(by: {name: "Yang Liu"}) { name } papers { totalCount } }');
  // The papers have been read by then.
  await expect.poll(async () => [await waiting(), busy()]).toEqual([1, 1]);
  passDeadline();
  expect(await answer).toMatchObject({
    data: { author: null, papers: { totalCount: 30 } },
    errors: [{ path: ['author'], extensions: { code: 'TIMEOUT' } }],
  });
  await expect.poll(waiting).toBe(0);
});

const SLOW = `{ papers(first: 1, filter: {and: []}) {
  totalCount facets { authors { count } } nodes { related { score } } } }`;
const WITHOUT = { data: { papers: { totalCount: 30, facets: null, nodes: [{ related: null }] } } };
const WITH = { data: { papers: { facets: { authors: expect.any(Array) as unknown } } } };

test('facets and related papers that exceed the deadline are null, and Postgres stops them', async () => {
  const ask = await asking({ slowMs: 300_000 });
  const unlock = await lock('authorship');
  const passDeadline = stopTimers();
  const answer = ask(SLOW);
  await expect.poll(waiting).toBe(2);
  passDeadline();
  expect(await answer).toEqual(WITHOUT);
  await expect.poll(waiting).toBe(0);
  await unlock();
  expect(await ask(SLOW)).toMatchObject(WITH);
});

test('facets and related papers have a shorter deadline of their own', async () => {
  const ask = await asking({ deadlineMs: 300_000, slowMs: 500 });
  const unlock = await lock('authorship');
  expect(await ask(SLOW)).toEqual(WITHOUT);
  await expect.poll(waiting).toBe(0);
  await unlock();
  expect(await (await asking({ deadlineMs: 300_000, slowMs: 300_000 }))(SLOW)).toMatchObject(WITH);
});

test('a read that gets no connection in time is TIMEOUT', async () => {
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  onTestFinished(async () => await pool.end());
  const ask = await asking({ database: { pool } });
  const taken = await pool.connect();
  // The limit holds for connecting, too: it comes after the only connection that there will be.
  pool.options.connectionTimeoutMillis = 100;
  expect(await ask('{ papers { totalCount } }')).toMatchObject({
    errors: [{ extensions: { code: 'TIMEOUT' } }],
  });
  pool.options.connectionTimeoutMillis = 0;
  taken.release();
  expect(await ask('{ papers { totalCount } }')).toEqual({ data: { papers: { totalCount: 30 } } });
});

test('a read waits for a connection until its deadline, even if connecting has a shorter one', async () => {
  const store = await openDatabase({ url: database.url, dataDir: '', poolSize: 1 });
  onTestFinished(async () => await store.close());
  const taken = await store.pool.connect();
  const ask = await asking({ database: store, deadlineMs: 15_000 });
  const passDeadline = stopTimers();
  const answer = ask('{ papers { totalCount } }');
  await expect.poll(() => store.pool.waitingCount).toBe(1);
  passDeadline();
  taken.release();
  expect(await answer).toEqual({ data: { papers: { totalCount: 30 } } });
});

test('a connection that breaks while it is made is requested again, repeatedly if necessary', async () => {
  let failures = 0;
  const pool = faultyConnects(database.pool, () => {
    failures += 1;
    return failures <= 3 ? Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) : undefined;
  });
  const ask = await asking({ database: { pool } });
  expect(await ask('{ papers { totalCount } }')).toEqual({ data: { papers: { totalCount: 30 } } });
  expect(failures).toBeGreaterThan(3);
});

/** The same pool, some of whose connections cannot be made. */
function faultyConnects(pool: pg.Pool, failure: () => Error | undefined): pg.Pool {
  const connect = async (): Promise<pg.PoolClient> => {
    const error = failure();
    if (error !== undefined) throw error;
    return await pool.connect();
  };
  return new Proxy(pool, {
    get: (target, name) => (name === 'connect' ? connect : (Reflect.get(target, name, target) as unknown)),
  });
}
