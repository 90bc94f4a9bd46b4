import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { postedDigests } from '../../src/ingest/ingest-posted.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord } from '../support/digest-files.ts';
import { startLiveServer } from '../support/live.ts';

const TOKEN = 'a-token-of-the-tests';
const MUTATION = `mutation ($input: IngestDigestInput!) {
  ingestDigest(input: $input) {
    clientMutationId feedCursor
    run { status problems(first: 5) { nodes { message } } }
    digest { date language revision source { name } entries(first: 5) { totalCount } }
  }
}`;

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

interface Answer {
  readonly data: { readonly ingestDigest: Record<string, unknown> } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

async function post(input: object): Promise<Answer> {
  const server = await startLiveServer(database, { adminToken: TOKEN });
  const response = await server.post(
    { query: MUTATION, variables: { input } },
    { authorization: `Bearer ${TOKEN}` },
  );
  return (await response.json()) as Answer;
}

const text = jsonl(jsonRecord('2601.00001'), jsonRecord('2601.00002'));
const input = {
  document: { text },
  source: 'posted/digests',
  fileName: '2026-01-15_AI_enhanced_Chinese.jsonl',
};

test('a posted digest is stored, and feedCursor is the position before its events', async () => {
  const { data } = await post({ ...input, clientMutationId: 'mine' });
  expect(data?.ingestDigest).toEqual({
    clientMutationId: 'mine',
    feedCursor: expect.any(String) as string,
    run: { status: 'STORED', problems: { nodes: [] } },
    digest: {
      date: '2026-01-15',
      language: 'zh',
      revision: 1,
      source: { name: 'posted/digests' },
      entries: { totalCount: 2 },
    },
  });
  const { rows } = await database.pool.query('select head from feed');
  expect(rows).toEqual([{ head: 3 }]);
});

test('a refused digest is a result with problems, not an error', async () => {
  const { data, errors } = await post({ ...input, document: { text: 'no digest' } });
  expect(errors).toBeUndefined();
  expect(data?.ingestDigest).toMatchObject({ run: { status: 'REFUSED' }, digest: null });
});

test.each([
  ['without a token', {}, { adminToken: TOKEN }, 'UNAUTHENTICATED'],
  ['with a wrong token', { authorization: 'Bearer another' }, { adminToken: TOKEN }, 'UNAUTHENTICATED'],
  ['on a server without an admin token', { authorization: `Bearer ${TOKEN}` }, {}, 'FORBIDDEN'],
])('posting a digest %s is refused', async (_how, headers, options, code) => {
  const server = await startLiveServer(database, options);
  const response = await server.post({ query: MUTATION, variables: { input } }, { ...headers });
  expect(((await response.json()) as Answer).errors?.[0]?.extensions).toMatchObject({ code });
  expect((await database.pool.query('select 1 from ingest_run')).rowCount).toBe(0);
});

test.each([
  ['an unknown language', { ...input, language: 'nonsense' }, ['input', 'language']],
  ['a source without a name', { ...input, source: ' ' }, ['input', 'source']],
  ['a NUL in a source', { ...input, source: 'a\0b' }, ['input', 'source']],
  ['a NUL in a file name', { ...input, fileName: '2026-01-15\0.md' }, ['input', 'fileName']],
  ['a source of more than 500 bytes', { ...input, source: 'ö'.repeat(251) }, ['input', 'source']],
  ['a file name of more than 255 bytes', { ...input, fileName: 'x'.repeat(256) }, ['input', 'fileName']],
  [
    'a URL of more than 2,000 characters',
    { ...input, document: { url: `https://example.org/${'x'.repeat(2_000)}` } },
    ['input', 'document', 'url'],
  ],
  [
    'a URL of another scheme',
    { ...input, document: { url: 'ftp://example.org/x.md' } },
    ['input', 'document', 'url'],
  ],
])('%s is an error with its argument', async (_what, wrong, argument) => {
  const { errors } = await post(wrong);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
});

test('a URL with a private address is not fetched', async () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '2130706433', '[::ffff:127.0.0.1]']) {
    const { data } = await post({ ...input, document: { url: `http://${host}:${port}/2026-01-15.jsonl` } });
    expect(data?.ingestDigest).toMatchObject({
      run: {
        status: 'REFUSED',
        problems: { nodes: [{ message: expect.stringContaining('expected a public address') as string }] },
      },
    });
  }
  expect(asked).toBe(0);
});

test('a URL whose file name has malformed escapes is refused as a digest, not as an error', async () => {
  const { data } = await post({ ...input, document: { url: 'http://127.0.0.1/%E0%A4%A.md' } });
  expect(data?.ingestDigest).toMatchObject({ run: { status: 'REFUSED' } });
});

test('a slow host blocks no other digest and takes no connection of the pool', async () => {
  let asked = 0;
  const slow = createServer(() => void (asked += 1)).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  onTestFinished(() => {
    slow.closeAllConnections();
    slow.close();
  });
  const { port } = slow.address() as AddressInfo;
  const postedTo = postedDigests({ pool: database.pool, allowPrivate: 'always', now: () => new Date() });
  const url = `http://127.0.0.1:${port}/2026-01-16.jsonl`;
  const waiting = postedTo({ document: { url }, source: 'slow', strict: false });
  await expect.poll(() => asked).toBe(1);
  await postedTo({ ...input, strict: false });
  const statuses = async () =>
    (await database.pool.query<object>('select origin, status from ingest_run order by origin')).rows;
  expect(await statuses()).toEqual([{ origin: input.fileName, status: 'STORED' }]);
  expect(database.pool.totalCount).toBe(database.pool.idleCount);
  slow.closeAllConnections();
  await waiting;
  expect(await statuses()).toEqual([
    { origin: input.fileName, status: 'STORED' },
    { origin: url, status: 'REFUSED' },
  ]);
});

test("the origin of a run contains no folders of the caller's machine", async () => {
  for (const folder of ['/home/me/', 'C:\\Users\\me\\'])
    await post({ ...input, fileName: folder + input.fileName });
  const { rows } = await database.pool.query('select distinct origin from ingest_run');
  expect(rows).toEqual([{ origin: input.fileName }]);
});

test('only an admin may post a body of megabytes, and nobody one of more than 16 MiB', async () => {
  const server = await startLiveServer(database, { adminToken: TOKEN });
  const status = async (bytes: number, token: string): Promise<number> =>
    (
      await server.post(
        { query: '{ feedCursor }', variables: { x: 'x'.repeat(bytes) } },
        { authorization: `Bearer ${token}` },
      )
    ).status;
  expect(await status(5_000_000, TOKEN)).toBe(200);
  expect(await status(5_000_000, 'another-token-of-20')).toBe(413);
  expect(await status(17_000_000, TOKEN)).toBe(413);
});
