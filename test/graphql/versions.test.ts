import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expireEvents } from '../../src/events/retention.ts';
import { createContextFactory } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { removeDigests } from '../../src/ingest/remove-digests.ts';
import { upgradeStore } from '../../src/ingest/upgrade-store.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonRecord } from '../support/digest-files.ts';
import { faultyPool } from '../support/faulty-pool.ts';
import { PATIENT_MS } from '../support/graphql.ts';
import { ingestRecords, overWebSocket, startLiveServer } from '../support/live.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const ZH = '_AI_enhanced_Chinese.jsonl';
const ID = '2601.00001';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

async function ask<Data>({ post }: Pick<TestServer, 'post'>, query: string): Promise<Data> {
  const { data, errors } = (await (await post({ query })).json()) as { data: Data; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

/** Serves the store; `statements` has the names of all that it has run. */
async function startCounted(pool: TestDatabase['pool'] = database.pool, keptCharacters?: number) {
  const statements: string[] = [];
  const createContext = createContextFactory({
    database: { pool },
    prepared: true,
    slowMs: PATIENT_MS,
    onStatement: ({ name }) => statements.push(name),
    ...(keptCharacters !== undefined && { keptCharacters }),
  });
  return { ...(await startTestServer({ schema, createContext })), statements };
}

interface Store {
  readonly papers: { readonly totalCount: number; readonly nodes: readonly { readonly title: string }[] };
}
const STORE = '{ papers { totalCount nodes { title authors { nodes { name } } } } }';

describe('a server shows every change that was committed before it was asked', () => {
  test('an ingest, a revision, a removal and an upgrade by another process', async () => {
    const servers = [await startLiveServer(database), await startLiveServer(database)];
    const expectAll = async (expected: { totalCount: number; titles: readonly string[] }): Promise<void> => {
      for (const server of servers) {
        // Twice: the second answer comes from what the server knows.
        for (let times = 0; times < 2; times += 1) {
          const { papers } = await ask<Store>(server, STORE);
          expect({ totalCount: papers.totalCount, titles: papers.nodes.map(({ title }) => title) }).toEqual(
            expected,
          );
        }
      }
    };
    await expectAll({ totalCount: 0, titles: [] });
    for (let n = 1; n <= 5; n += 1) {
      await ingestRecords(database.pool, `2026-01-15${ZH}`, [jsonRecord(ID, { title: `Title ${n}` })]);
      await expectAll({ totalCount: 1, titles: [`Title ${n}`] });
    }
    await removeDigests(database, { source: 'test' });
    await expectAll({ totalCount: 0, titles: [] });
    await ingestRecords(database.pool, `2026-01-16${ZH}`, [ID]);
    await expectAll({ totalCount: 1, titles: [`Paper ${ID}`] });
    // An earlier version of the program stored another title, which an upgrade derives anew.
    await database.pool.query(`update paper set title = 'Old'; update paper_search set version = 0`);
    await upgradeStore(database.pool);
    await expectAll({ totalCount: 1, titles: [`Paper ${ID}`] });
  });

  test('events that retention has deleted', async () => {
    const server = await startLiveServer(database);
    await ingestRecords(database.pool, `2026-01-15${ZH}`, [ID]);
    const page = '{ feed(start: OLDEST) { events { paper { arxivId } } } }';
    expect(await ask(server, page)).toEqual({ feed: { events: [{ paper: { arxivId: ID } }] } });
    await database.pool.query(`update feed_event set occurred_at = occurred_at - interval '3 days'`);
    expect(await expireEvents(database.pool, 1)).toBe(2);
    expect(await ask(server, page)).toEqual({ feed: { events: [] } });
  });

  test('an event that a client of any server has received', async () => {
    const [one, other] = [await startLiveServer(database), await startLiveServer(database)];
    const events = overWebSocket(
      one.url,
      'subscription { papers: paperIngested { events { paper { title } } } }',
    );
    await events.next();
    const paper = `{ paper(by: {arxivId: "${ID}"}) { title } }`;
    for (let n = 1; n <= 10; n += 1) {
      const title = `Title ${n}`;
      // Both servers know the state before the event.
      for (const server of [one, other]) await ask(server, paper);
      await ingestRecords(database.pool, `2026-01-15${ZH}`, [jsonRecord(ID, { title })]);
      const { value } = (await events.next()) as { value: { data: { papers: object } } };
      expect(value.data.papers).toEqual({ events: [{ paper: { title } }] });
      expect(await ask(other, paper)).toEqual({ paper: { title } });
      expect(await ask(one, paper)).toEqual({ paper: { title } });
    }
  });

  test('while ingests run, a reader never sees an older state after a newer one', async () => {
    const servers = [await startLiveServer(database), await startLiveServer(database)];
    const title = (n: number): string => `Title ${String(n).padStart(3, '0')}`;
    const ended = { yet: false };
    const ingesting = (async () => {
      for (let n = 1; n <= 12; n += 1)
        await ingestRecords(database.pool, `2026-01-15${ZH}`, [jsonRecord(ID, { title: title(n) })]);
      ended.yet = true;
    })();
    const read = async (): Promise<void> => {
      let last = '';
      for (let turn = 0; !ended.yet; turn += 1) {
        const { papers } = await ask<Store>(servers[turn % 2] as TestServer, STORE);
        const now = papers.nodes[0]?.title ?? '';
        expect(now >= last).toBe(true);
        last = now;
      }
    };
    await Promise.all([ingesting, read(), read(), read()]);
    for (const server of servers)
      expect((await ask<Store>(server, STORE)).papers.nodes).toMatchObject([{ title: title(12) }]);
  });
});

describe('while the store does not change', () => {
  test('operations read only its version again', async () => {
    await ingestRecords(database.pool, `2026-01-15${ZH}`, ['2601.00001', '2601.00002']);
    const server = await startCounted();
    const first = await ask(server, STORE);
    const statements = [...server.statements];
    expect(statements).toContain('Query.papers');
    expect(await ask(server, STORE)).toEqual(first);
    expect(server.statements.slice(statements.length)).toEqual(['storeVersion']);
  });

  test('operations that are sent together read each value once', async () => {
    await ingestRecords(database.pool, `2026-01-15${ZH}`, ['2601.00001', '2601.00002']);
    const server = await startCounted();
    await Promise.all(Array.from({ length: 20 }, async () => await ask(server, STORE)));
    const reads = server.statements.filter((name) => name !== 'storeVersion');
    expect(reads).toEqual([...new Set(reads)]);
  });

  test('introspection reads nothing', async () => {
    const server = await startCounted();
    await ask(server, '{ __typename __schema { queryType { name } } }');
    expect(server.statements).toEqual([]);
  });

  test('a failure is not kept: the next operation reads again', async () => {
    await ingestRecords(database.pool, `2026-01-15${ZH}`, [ID]);
    let fails = true;
    const pool = faultyPool(database.pool, ({ name = '' }) => {
      if (fails && !name.startsWith('storeVersion')) throw new Error('no');
    });
    const server = await startCounted(pool);
    const query = `{ paper(by: {arxivId: "${ID}"}) { title } papers { totalCount } }`;
    const failed = (await (await server.post({ query })).json()) as { errors: unknown[] };
    expect(failed.errors).toHaveLength(2);
    fails = false;
    expect(await ask(server, query)).toEqual({ paper: { title: `Paper ${ID}` }, papers: { totalCount: 1 } });
  });

  test('a version that cannot be read fails each field, and only until it can', async () => {
    let fails = true;
    const pool = faultyPool(database.pool, () => {
      if (fails) throw new Error('no');
    });
    const server = await startCounted(pool);
    const query = '{ __typename papers { totalCount } }';
    expect(await (await server.post({ query })).json()).toMatchObject({
      errors: [{ path: ['papers'], extensions: { code: 'INTERNAL' } }],
    });
    fails = false;
    expect(await ask(server, query)).toEqual({ __typename: 'Query', papers: { totalCount: 0 } });
  });

  test('what does not fit into the memory for it is read again', async () => {
    const ids = Array.from({ length: 30 }, (_, n) => `2601.${10_000 + n}`);
    await ingestRecords(database.pool, `2026-01-15${ZH}`, ids);
    const server = await startCounted(database.pool, 10_000);
    const query = `{ papers(first: 30) { nodes { arxivId authors { nodes { name } } categories { code } } } }`;
    const first = await ask(server, query);
    const { length } = server.statements;
    // Another text, so that the answer itself is not kept.
    expect(await ask(server, `${query} # again`)).toEqual(first);
    expect(server.statements.slice(length)).toContain('Paper.authors');
  });
});

test('a mutation shows what it stored, also after other fields of the operation have read', async () => {
  const { post } = await startLiveServer(database, { adminToken: 'secret' });
  const mutation = (title: string): string => {
    const text = JSON.stringify(`${JSON.stringify(jsonRecord(ID, { title }))}\n`);
    return `ingestDigest(input: {document: {text: ${text}}, source: "test", fileName: "2026-01-15${ZH}"}) {
      run { status } digest { revision entries { nodes { paper { title } } } } }`;
  };
  const query = `mutation { one: ${mutation('One')} two: ${mutation('Two')} }`;
  const answer: unknown = await (await post({ query }, { authorization: 'Bearer secret' })).json();
  const shown = (revision: number, title: string) => ({
    run: { status: 'STORED' },
    digest: { revision, entries: { nodes: [{ paper: { title } }] } },
  });
  expect(answer).toMatchObject({ data: { one: shown(1, 'One'), two: shown(2, 'Two') } });
  expect(answer).not.toHaveProperty('errors');
});
