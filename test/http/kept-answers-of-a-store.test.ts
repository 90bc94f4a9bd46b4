import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { createContextFactory } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { removeDigests } from '../../src/ingest/remove-digests.ts';
import { ingestSample } from '../../src/ingest/sample.ts';
import { spawnCli, waitFor } from '../support/cli.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord } from '../support/digest-files.ts';
import { ingestRecords, overEvents, overWebSocket, startLiveServer, type Message } from '../support/live.ts';
import { createRandom } from '../support/random.ts';
import { startTestServer } from '../support/server.ts';
import { EVERYTHING } from '../support/serving.ts';

/** Without limits of clients, answers do not say what a client has left, and are equal byte for byte. */
const UNLIMITED = { costPerSecond: 0 };

/** A store of its own for a test. */
async function openStore(): Promise<TestDatabase> {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  return database;
}

const TOKEN = 'token-of-the-tests';

test('a repeated query takes one statement, which reads the version', async () => {
  const database = await openStore();
  await ingestRecords(database.pool, '2026-01-01.jsonl', ['2601.00001', '2601.00002']);
  const statements: string[] = [];
  const onStatement = ({ name }: { name: string }): void => void statements.push(name);
  const createContext = createContextFactory({ database, prepared: true, onStatement });
  const { post } = await startTestServer({ schema, createContext, limits: UNLIMITED });
  for (const [query, repeated] of [
    ['{ papers(first: 2) { nodes { title authors { nodes { name } } } } feedCursor }', ['storeVersion']],
    ['{ feed(start: OLDEST) { cursor events { paper { title } } } }', ['storeVersion']],
    ['{ __schema { types { name } } }', []],
  ] as const) {
    const first = await (await post({ query })).text();
    statements.length = 0;
    expect(await (await post({ query })).text()).toBe(first);
    expect(statements).toEqual(repeated);
  }
});

const PAPERS =
  '{ papers(first: 50) { totalCount nodes { arxivId title } } ingestRuns(first: 1) { totalCount } }';
const CATEGORY = '{ category(by: {code: "cs.LG"}) { code name } }';
const SUBSCRIPTION =
  'subscription { paperIngested { cursor caughtUp events { cursor kind paper { arxivId } } } }';

/** Starts `papergraph serve` in a process of its own; its URL. */
async function startProcess(databaseUrl: string): Promise<string> {
  const env = { DATABASE_URL: databaseUrl, PAPERGRAPH_ADMIN_TOKEN: TOKEN };
  const child = spawnCli(['serve', '--port', '0', '--log-level', 'error'], env);
  return `${await waitFor(child, /http:\/\/127\.0\.0\.1:\d+/)}/graphql`;
}

const urlOf = (url: string, query: string): string => `${url}?${new URLSearchParams({ query }).toString()}`;

const postTo = async (url: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function postDigest(url: string, date: string, id: string): Promise<void> {
  const query = 'mutation ($input: IngestDigestInput!) { ingestDigest(input: $input) { run { status } } }';
  const text = jsonl(jsonRecord(id, { title: `Posted on ${date} as ${id}` }));
  const variables = { input: { document: { text }, source: 'posted', date, language: 'en' } };
  const response = await postTo(url, { query, variables }, { authorization: `Bearer ${TOKEN}` });
  expect(await response.json()).toMatchObject({ data: { ingestDigest: { run: { status: 'STORED' } } } });
}

/** Expects an answer with this many papers by POST, by GET, and by GET with the entity tag of the answer before. */
async function expectPapers(url: string, papers: number, before: string): Promise<string> {
  const posted = await postTo(url, { query: PAPERS });
  const validated = await fetch(urlOf(url, PAPERS), { headers: { 'if-none-match': before } });
  const got = await fetch(urlOf(url, PAPERS));
  for (const response of [posted, validated, got]) {
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: { papers: { totalCount: papers } } });
  }
  return got.headers.get('etag') ?? '';
}

test('after an ingest or a removal, or its event, no process repeats what it answered before', async () => {
  const database = await openStore();
  const urls = [await startProcess(database.url), await startProcess(database.url)] as const;
  let papers = 0;
  let tags = ['"none"', '"none"'];
  const expectEverywhere = async (): Promise<void> => {
    const asked = urls.map(async (url, index) => await expectPapers(url, papers, tags[index] ?? ''));
    tags = await Promise.all(asked);
  };
  await expectEverywhere();
  const constant = await Promise.all(
    urls.map(async (url) => (await fetch(urlOf(url, CATEGORY))).headers.get('etag') ?? ''),
  );
  const servers = urls.map((url) => url.replace('/graphql', ''));
  const streams = [overWebSocket(servers[1] ?? '', SUBSCRIPTION), overEvents(servers[0] ?? '', SUBSCRIPTION)];
  for (const stream of streams) await stream.next();

  for (let round = 1; round <= 6; round += 1) {
    const date = `2026-02-0${round}`;
    const ingested = postDigest(urls[round % 3 === 0 ? 0 : 1], date, `2602.0000${round}`);
    papers += 1;
    const events = streams.map(async (stream) => {
      const batch = (await stream.next()) as IteratorResult<Message, undefined>;
      return batch.value?.data?.['paperIngested']?.events.length;
    });
    // In turns: the event over one process, over the other, or the end of the ingest.
    await [events[0], events[1], ingested][round % 3];
    await expectEverywhere();
    await ingested;
    expect(await Promise.all(events)).toEqual([1, 1]);
    if (round % 2 === 1) continue;
    await removeDigests(database, { source: 'posted', date });
    papers -= 1;
    await expectEverywhere();
  }
  // An answer that all changes left as it was is still valid.
  for (const [index, url] of urls.entries()) {
    const headers = { 'if-none-match': constant[index] ?? '' };
    expect((await fetch(urlOf(url, CATEGORY), { headers })).status).toBe(304);
  }
});

/** Queries that the documents show. */
function documented(): string[] {
  return ['README.md', 'docs/querying.md'].flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/```graphql\n(.*?)```/gs)].map(([, query = '']) => query),
  );
}

/** Generated queries over the sample. */
function generated(count: number): string[] {
  const random = createRandom(7);
  const one = <T>(values: readonly [T, ...T[]]): T =>
    values[Math.floor(random() * values.length)] ?? values[0];
  const paper = (depth: number): string =>
    `arxivId ${one(['title', 'codeUrl firstSeenAt', 'categories { code }', 'summary(languages: ["zh", "*"]) { tldr }'])} ${
      depth === 0
        ? ''
        : `authors { nodes { name papers(first: 2) { totalCount nodes { ${paper(depth - 1)} } } } }`
    }`;
  const filter = (): string =>
    one([
      '',
      ', filter: {categories: ["cs.*"]}',
      ', filter: {search: "learning OR 学习"}',
      ', filter: {hasCode: true, not: {languages: ["en"]}}',
      ', filter: {digestDates: {from: "2026-01-16"}}',
    ]);
  const field = (): string =>
    one([
      `papers(first: ${Math.floor(random() * 4)}${filter()}) { totalCount nodes { ${paper(one([0, 1]))} } pageInfo { endCursor } }`,
      `papers(first: 0${filter()}) { facets { withCode categories(first: 3) { value count } } }`,
      'digests { nodes { date language entries(first: 1) { nodes { paper { title } } } } }',
      `suggest(prefix: "${one(['le', 'to', 'cs', '2601'])}") { text }`,
      `feed(start: OLDEST, first: ${one([1, 3])}) { cursor caughtUp events { kind paper { title } } }`,
      'paper(by: {arxivId: "2601.99005"}) { related(first: 2) { score paper { title } } }',
      'feedCursor',
      '__typename',
    ]);
  return Array.from({ length: count }, () => `{ a: ${field()} b: ${field()} }`);
}

test('a kept answer has the same bytes as one that is not kept, before and after every change', async () => {
  const database = await openStore();
  await ingestSample(database.pool);
  const { post, url } = await startLiveServer(database, { limits: UNLIMITED });
  const queries = [
    ...documented().filter((query) => !query.includes('subscription')),
    EVERYTHING,
    ...generated(80),
  ];
  for (let change = 0; change < 2; change += 1) {
    for (const query of queries) {
      // Answers to callers with `authorization` are never kept.
      const exact = await (await post({ query }, { authorization: 'Bearer none' })).text();
      const at = urlOf(`${url}/graphql`, query);
      const answers = [];
      for (let time = 0; time < 2; time += 1)
        answers.push(await (await post({ query })).text(), await (await fetch(at)).text());
      expect({ query, answers: [...new Set(answers)] }).toEqual({ query, answers: [exact] });
    }
    await ingestRecords(database.pool, `2026-03-0${change + 1}.jsonl`, [`2603.0000${change + 1}`]);
  }
});
