import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { EVERYTHING, startServing, writeDigest, type Answer } from '../support/serving.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
  // After the servers on it, which end before what was there before them.
  onTestFinished(async () => await database.close());
});

const IDS = Array.from({ length: 7 }, (_, n) => `2601.0000${n + 1}`);

async function administer(sql: string): Promise<void> {
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function setDefault(setting: string): Promise<void> {
  const { pathname } = new URL(database.url);
  await administer(`alter database ${pathname.slice(1)} set ${setting}`);
}

/** A role that may log in and read the tables; it goes with the test. */
async function createRole(options = ''): Promise<string> {
  const role = `reader_${randomUUID().replaceAll('-', '')}`;
  await administer(`create role ${role} login password 'secret' ${options};
    grant select on all tables in schema public to ${role}`);
  onTestFinished(async () => await administer(`drop owned by ${role}; drop role ${role}`));
  const url = new URL(database.url);
  Object.assign(url, { username: role, password: 'secret' });
  return url.href;
}

async function ingest(url = database.url): Promise<{ status: number; stderr: string }> {
  return await runCli(
    ['ingest', '--source', 'me', writeDigest('2026-01-14_AI_enhanced_Chinese.jsonl', IDS)],
    {
      DATABASE_URL: url,
    },
  );
}

/** All the pages of a search, two papers each, by the cursors of scores. */
async function pagesOf(ask: (query: string) => Promise<Answer>): Promise<string[]> {
  const found: string[] = [];
  for (let after = 'null'; ;) {
    const { data } =
      await ask(`{ papers(first: 2, after: ${after}, filter: {search: "graph"}, orderBy: RELEVANCE) {
      nodes { arxivId } pageInfo { endCursor hasNextPage } } }`);
    const { nodes, pageInfo } = (data ?? {})['papers'] as {
      nodes: { arxivId: string }[];
      pageInfo: { endCursor: string; hasNextPage: boolean };
    };
    found.push(...nodes.map(({ arxivId }) => arxivId));
    if (!pageInfo.hasNextPage) return found;
    after = JSON.stringify(pageInfo.endCursor);
  }
}

describe('what a database has by default', () => {
  test.each([
    [
      'of formats, limits and transactions',
      `datestyle = 'SQL, DMY'`,
      `timezone = 'Asia/Kolkata'`,
      `intervalstyle = 'iso_8601'`,
      `bytea_output = 'escape'`,
      'extra_float_digits = -10',
      'standard_conforming_strings = off',
      'array_nulls = off',
      `statement_timeout = '30ms'`,
      `lock_timeout = '1ms'`,
      `idle_in_transaction_session_timeout = '1ms'`,
      `idle_session_timeout = '100ms'`,
      `default_transaction_isolation = 'serializable'`,
    ],
    ['of names', `search_path = 'elsewhere'`],
  ])('does not change answers: %s', async (_what, ...settings) => {
    for (const setting of settings) await setDefault(setting);
    expect(await ingest()).toMatchObject({ status: 0, stderr: '' });
    const { ask, readiness } = await startServing(database.url);
    const { data, errors } = await ask(EVERYTHING);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      papers: { totalCount: 7, facets: { timeline: [{ start: '2026-01-14', count: 7 }] } },
      digestFeed: { events: [{ digest: { date: '2026-01-14' } }] },
    });
    const { nodes } = (data ?? {})['ingestRuns'] as { nodes: { startedAt: string }[] };
    expect(Date.now() - new Date(nodes[0]?.startedAt ?? '').getTime()).toBeLessThan(600_000);
    expect((await pagesOf(ask)).toSorted()).toEqual(IDS);
    expect(await readiness()).toMatchObject({ status: 'ok' });
  });
});

test('a schema that the URL names holds a store of its own', async () => {
  await ingest();
  await administer('create schema mine');
  const url = `${database.url}&options=${encodeURIComponent('-c search_path=mine')}`;
  const { ask } = await startServing(url);
  expect(await ask('{ papers { totalCount } }')).toEqual({ data: { papers: { totalCount: 0 } } });
});

test('a store in the first schema of the search path is read, and written back, by every command', async () => {
  const name = new URL(database.url).pathname.slice(1);
  await administer(`drop schema public cascade; create schema public; create schema mine;
    alter database ${name} set search_path = "$user", mine, public`);
  expect(await ingest()).toMatchObject({ status: 0, stderr: '' });
  const env = { DATABASE_URL: database.url };
  expect(JSON.parse((await runCli(['status', '--json'], env)).stdout)).toMatchObject({
    runs: [{ status: 'STORED' }],
  });
  expect(await runCli(['export', '--date', '2026-01-14'], env)).toMatchObject({ status: 0, stderr: '' });
  const { ask } = await startServing(database.url, ['--sample']);
  expect(await ask('{ papers { totalCount } }')).toEqual({ data: { papers: { totalCount: 7 } } });
});

describe('a database user that may only read', () => {
  test('serves, logs what it ignores, and refuses digests', async () => {
    await ingest();
    const url = await createRole();
    const token = 'a-token-of-some-length';
    const { ask, readiness, stderr } = await startServing(url, ['--sample', '--feed-retention', '3'], {
      PAPERGRAPH_ADMIN_TOKEN: token,
    });
    expect((await ask(EVERYTHING)).errors).toBeUndefined();
    expect(await readiness()).toMatchObject({ status: 'ok' });
    const mutation = `mutation { ingestDigest(input: {source: "me", document: {text: "{}"}}) { run { id } } }`;
    expect((await ask(mutation, { authorization: `Bearer ${token}` })).errors).toMatchObject([
      {
        message: expect.stringContaining('may not change the tables') as string,
        extensions: { code: 'FORBIDDEN' },
      },
    ]);
    for (const what of ['this server is read-only', '--sample is ignored', '--feed-retention is ignored'])
      expect(stderr()).toContain(what);

    const one = /^papergraph: [^\n]*the database user may not change the tables\n$/;
    expect(await ingest(url)).toMatchObject({ status: 2, stderr: expect.stringMatching(one) as string });
    const watching = await runCli(['serve', '--port', '0', '--watch', '/tmp/x'], { DATABASE_URL: url });
    expect(watching).toMatchObject({ status: 2, stderr: expect.stringMatching(one) as string });
    const exported = await runCli(['export', '--date', '2026-01-14'], { DATABASE_URL: url });
    expect(exported).toMatchObject({ status: 0, stderr: '' });
  });

  test('is told in one line which migrations somebody else has to apply', async () => {
    await administer(`delete from _prisma_migrations where migration_name like '0004%'`);
    const { status, stderr } = await runCli(['serve', '--port', '0'], { DATABASE_URL: await createRole() });
    expect(stderr).toMatch(
      /^papergraph: migrations are pending \(0004_\w+\), and cannot be applied here: .*run papergraph migrate.*\n$/,
    );
    expect(status).toBe(2);
  });
});

describe('a database with hardly a connection left', () => {
  test('has reads wait for one, as long as they may', async () => {
    await ingest();
    // One listens.
    const url = await createRole('connection limit 3');
    const { ask } = await startServing(url, ['--cost-per-second', '0']);
    const answers = await Promise.all(Array.from({ length: 12 }, async () => await ask(EVERYTHING)));
    expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => undefined));
  });
});
