import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestRecords, nextBatch, overEvents, overWebSocket } from '../support/live.ts';
import { growth, scrape } from '../support/metrics.ts';
import { startServing, type Serving } from '../support/serving.ts';

const FOLLOW =
  'subscription { papers: paperIngested(start: NOW) { cursor caughtUp events { cursor kind paper { arxivId } } } }';

async function serveStore(): Promise<Serving & { readonly database: TestDatabase }> {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  return { ...(await startServing(database.url)), database };
}

/** Sends one operation over a WebSocket, and resolves with the types of the messages that answer it. */
async function askOverSocket(url: string, payloads: readonly object[]): Promise<string[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const types: string[] = [];
  socket.on('message', (data: Buffer) => {
    const { type } = JSON.parse(data.toString()) as { type: string };
    types.push(type);
    if (type === 'connection_ack')
      for (const [index, payload] of payloads.entries())
        socket.send(JSON.stringify({ id: String(index), type: 'subscribe', payload }));
    if (types.filter((each) => each === 'complete' || each === 'error').length === payloads.length)
      socket.close(1000);
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'close');
  return types;
}

describe('/metrics', () => {
  test('counts requests, operations, kept answers and errors exactly', async () => {
    const { url, ask } = await serveStore();
    const before = await scrape(url);
    // The second answer is kept, the third and the later ones come from memory.
    for (let count = 0; count < 4; count += 1) await ask('{ papers { totalCount } }');
    await ask('{ nothing }');
    await ask('{ papers(first: 1000) { totalCount } }');
    await fetch(`${url}/not/here`);
    await expect
      .poll(async () => growth(before, await scrape(url)))
      .toEqual({
        'http_responses_total{route="/graphql",status="200"}': 6,
        'http_responses_total{route="other",status="404"}': 1,
        'http_request_duration_seconds_count{route="/graphql"}': 6,
        'http_request_duration_seconds_count{route="other"}': 1,
        graphql_kept_answers_total: 3,
        'graphql_operation_duration_seconds_count{type="query",transport="http"}': 3,
        'graphql_phase_duration_seconds_count{phase="parse"}': 3,
        'graphql_phase_duration_seconds_count{phase="validate"}': 3,
        'graphql_phase_duration_seconds_count{phase="execute"}': 2,
        'graphql_cost_count{type="query"}': 2,
        'graphql_errors_total{code="GRAPHQL_VALIDATION_FAILED"}': 1,
        'graphql_errors_total{code="BAD_USER_INPUT"}': 1,
        'graphql_rejected_total{rule="GRAPHQL_VALIDATION_FAILED"}': 1,
      });
  });

  test('counts operations of WebSockets, and how the sockets close', async () => {
    const { url } = await serveStore();
    const before = await scrape(url);
    await askOverSocket(url, [{ query: '{ papers { totalCount } }' }, { query: '{ nothing }' }]);
    await expect
      .poll(async () => growth(before, await scrape(url)))
      .toMatchObject({
        'ws_closes_total{code="1000"}': 1,
        'graphql_operation_duration_seconds_count{type="query",transport="websocket"}': 2,
        'graphql_rejected_total{rule="GRAPHQL_VALIDATION_FAILED"}': 1,
      });
    expect(growth(before, await scrape(url))).not.toHaveProperty('ws_connections');
  });

  test('follows subscriptions of both transports, and their deliveries', async () => {
    const { url, database } = await serveStore();
    const before = await scrape(url);
    const streams = [overWebSocket(url, FOLLOW), overEvents(url, FOLLOW)];
    const first = await Promise.all(streams.map(async (stream) => await nextBatch(stream)));
    expect(growth(before, await scrape(url))).toMatchObject({
      ws_connections: 1,
      event_streams: 1,
      subscriptions_active: 2,
      subscription_groups: 1,
      'graphql_operation_duration_seconds_count{type="subscription",transport="websocket"}': 1,
      'graphql_operation_duration_seconds_count{type="subscription",transport="events"}': 1,
    });
    await ingestRecords(database.pool, '2026-01-15.jsonl', ['2601.00001'], { source: 'me' });
    for (const stream of streams) await nextBatch(stream);
    expect(growth(before, await scrape(url))).toMatchObject({
      feed_delivery_seconds_count: 2,
      store_papers: 1,
      'ingest_runs_total{status="STORED"}': 1,
    });
    const resumed = overEvents(url, FOLLOW.replace('start: NOW', `after: "${first[0]?.cursor}"`));
    await nextBatch(resumed);
    const invalid = overWebSocket(url, FOLLOW.replace('start: NOW', 'after: "nonsense"'));
    await invalid.next().catch(() => {});
    const after = await scrape(url);
    expect(growth(before, after)).toMatchObject({
      'feed_resume_total{source="ring"}': 1,
      'feed_resume_total{source="invalid"}': 1,
    });
    expect(after.get('papergraph_feed_gap_total')).toBe(0);
    expect(after.get('papergraph_pg_listener_up')).toBe(1);
  });

  test('has as many series after hostile names, codes and paths as before', async () => {
    const { url, ask } = await serveStore();
    const attack = async (round: number): Promise<void> => {
      const ids = Array.from({ length: 30 }, (_, index) => `x${round}_${index}`);
      await Promise.all([
        ...ids.map(async (id) => await ask(`query ${id} { papers { totalCount } }`)),
        ...ids.map(async (id) => await ask(`{ ${id} }`)),
        ...ids.map(async (id) => await (await fetch(`${url}/${id}`, { method: 'PUT' })).text()),
        ...ids.map(async (_id, index) => await closeWith(url, 3000 + 100 * round + index)),
      ]);
    };
    const names = async (): Promise<string[]> =>
      [...(await scrape(url)).keys()].filter((name) => name.startsWith('papergraph_'));
    await attack(0);
    await expect
      .poll(async () => (await scrape(url)).get('papergraph_ws_closes_total{code="other"}'))
      .toBe(30);
    const before = await names();
    await attack(1);
    await expect
      .poll(async () => (await scrape(url)).get('papergraph_ws_closes_total{code="other"}'))
      .toBe(60);
    expect(await names()).toEqual(before);
  });

  test('is answered while the database is away, without what the store holds', async () => {
    const { url, database } = await serveStore();
    expect((await scrape(url)).get('papergraph_pg_up')).toBe(1);
    const name = new URL(database.url).pathname.slice(1);
    const admin = await openTestDatabase();
    onTestFinished(async () => await admin.close());
    await admin.pool.query(`alter database ${name} allow_connections false`);
    onTestFinished(
      async () => void (await admin.pool.query(`alter database ${name} allow_connections true`)),
    );
    await admin.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    );
    await expect.poll(async () => (await scrape(url)).get('papergraph_pg_up')).toBe(0);
    const away = await scrape(url);
    expect(away.get('papergraph_store_papers')).toBeUndefined();
    expect(away.get('papergraph_feed_head')).toBe(0);
  });
});

async function closeWith(url: string, code: number): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.close(code);
  await once(socket, 'close');
}
