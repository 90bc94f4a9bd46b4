import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
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

/** Asks a server whose reads have a short deadline. */
async function asking(options: Partial<ContextOptions> = {}) {
  const createContext = createContextFactory({ database, prepared: true, deadlineMs: 500, ...options });
  const { post } = await startTestServer({ schema, createContext });
  return async (query: string): Promise<unknown> => await (await post({ query })).json();
}

/** Has every read of a table wait, until it is called off. */
async function lock(table: string): Promise<() => Promise<void>> {
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(`begin; lock table ${table} in access exclusive mode`);
  let ended: Promise<void> | undefined;
  const end = async (): Promise<void> => await (ended ??= client.end());
  onTestFinished(end);
  return end;
}

/** Statements that wait for a lock. */
async function waiting(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.count ?? 0;
}

test('a read past its deadline is TIMEOUT, and Postgres stops it', async () => {
  const ask = await asking();
  const unlock = await lock('paper');
  const answer = ask('{ papers(first: 1) { nodes { id } } }');
  await expect.poll(waiting).toBe(1);
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
  await expect.poll(waiting, { timeout: 5_000 }).toBe(0);
  await unlock();
  expect(await ask('{ papers { totalCount } }')).toEqual({ data: { papers: { totalCount: 30 } } });
});

test('a single thing that cannot be looked up in time is null, with TIMEOUT in its place', async () => {
  const ask = await asking();
  await lock('author');
  expect(await ask('{ author(by: {name: "Yang Liu"}) { name } papers { totalCount } }')).toMatchObject({
    data: { author: null, papers: { totalCount: 30 } },
    errors: [{ path: ['author'], extensions: { code: 'TIMEOUT' } }],
  });
  await expect.poll(waiting, { timeout: 5_000 }).toBe(0);
});

// Whichever of the two deadlines comes first.
test.each([
  { deadlineMs: 10_000, slowMs: 500 },
  { deadlineMs: 500, slowMs: 10_000 },
])('facets and related papers not there in time are null, and Postgres stops them: %j', async (deadlines) => {
  const ask = await asking(deadlines);
  const unlock = await lock('authorship');
  const query = `{ papers(first: 1, filter: {and: []}) { totalCount facets { authors { count } } nodes { related { score } } } }`;
  const answer = ask(query);
  await expect.poll(waiting).toBe(2);
  expect(await answer).toEqual({
    data: { papers: { totalCount: 30, facets: null, nodes: [{ related: null }] } },
  });
  await expect.poll(waiting, { timeout: 5_000 }).toBe(0);
  await unlock();
  expect(await ask(query)).toMatchObject({
    data: { papers: { facets: { authors: expect.any(Array) as unknown } } },
  });
});

test('a read for which no connection becomes free in time is TIMEOUT', async () => {
  const pool = new pg.Pool({ connectionString: database.url, max: 1, connectionTimeoutMillis: 100 });
  onTestFinished(async () => await pool.end());
  const ask = await asking({ database: { pool } });
  const taken = await pool.connect();
  expect(await ask('{ papers { totalCount } }')).toMatchObject({
    errors: [{ extensions: { code: 'TIMEOUT' } }],
  });
  taken.release();
  expect(await ask('{ papers { totalCount } }')).toEqual({ data: { papers: { totalCount: 30 } } });
});
