import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  ingestRecords,
  overEvents,
  idsOf,
  nextBatch,
  overWebSocket,
  startLiveServer,
  type Batch,
  type Message,
  type Subscribe,
} from '../support/live.ts';

const PAPERS = `subscription Papers(
  $after: FeedCursor, $start: FeedStart! = NOW, $first: Int! = 50, $filter: PaperFilter
) {
  papers: paperIngested(after: $after, start: $start, first: $first, filter: $filter) {
    cursor caughtUp events { cursor kind paper { arxivId } }
  }
}`;
const ZH = '_AI_enhanced_Chinese.jsonl';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

/** Reads until the stream has caught up. */
async function readAll(stream: AsyncIterator<Message>): Promise<Batch[]> {
  const batches: Batch[] = [];
  do batches.push(await nextBatch(stream));
  while (batches.at(-1)?.caughtUp === false);
  return batches;
}

describe.each<[string, Subscribe]>([
  ['WebSocket', overWebSocket],
  ['server-sent events', overEvents],
])('a subscription over %s', (_transport, subscribe) => {
  test('starts with an empty batch and its cursor, then delivers each paper of an ingest once', async () => {
    const { url } = await startLiveServer(database);
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001']);
    const stream = subscribe(url, PAPERS);
    const first = await nextBatch(stream);
    expect(first).toMatchObject({ caughtUp: true, events: [] });
    await ingestRecords(database.pool, `2026-01-15${ZH}`, ['2601.00002', '2601.00001', '2601.00003']);
    const second = await nextBatch(stream);
    expect(idsOf(second)).toEqual(['2601.00002', '2601.00001', '2601.00003']);
    expect(second.events.map(({ kind }) => kind)).toEqual(['ADDED', 'SUMMARIZED', 'ADDED']);
    expect(second.cursor).not.toBe(first.cursor);
  });

  test('resumes after the cursor of any batch or event without gaps or duplicates', async () => {
    const { url } = await startLiveServer(database);
    const all = Array.from({ length: 7 }, (_, n) => `2601.0000${n + 1}`);
    await ingestRecords(database.pool, `2026-01-14${ZH}`, all);
    const whole = await readAll(subscribe(url, PAPERS, { start: 'OLDEST', first: 3 }));
    expect(whole.map(idsOf)).toEqual([all.slice(0, 3), all.slice(3, 6), all.slice(6)]);
    const cursors = whole.flatMap(({ events }) => events.map(({ cursor }) => cursor));
    for (const [index, after] of cursors.entries()) {
      const rest = await readAll(subscribe(url, PAPERS, { after }));
      expect(rest.flatMap(idsOf)).toEqual(all.slice(index + 1));
    }
    const rest = await readAll(subscribe(url, PAPERS, { after: whole[0]?.cursor }));
    expect(rest.flatMap(idsOf)).toEqual(all.slice(3));
  });

  test('with a filter delivers only the papers that match', async () => {
    const { url } = await startLiveServer(database);
    const stream = subscribe(url, PAPERS, {
      filter: { search: 'graph -author:park', categories: ['cs.CL'] },
    });
    await nextBatch(stream);
    const record = (id: string, title: string, author: string) => ({
      id,
      title,
      authors: [author],
      categories: ['cs.CL'],
      abs: '',
      pdf: '',
      summary: 'x',
    });
    await ingestRecords(database.pool, '2026-01-14.jsonl', [record('2601.00001', 'Trees', 'Ann Lee')]);
    await ingestRecords(database.pool, '2026-01-15.jsonl', [
      record('2601.00002', 'Graphs', 'Ada Park'),
      record('2601.00003', 'Graphs', 'Ann Lee'),
    ]);
    expect(idsOf(await nextBatch(stream))).toEqual(['2601.00003']);
  });

  test('catches up past thousands of events that do not match', async () => {
    const { url } = await startLiveServer(database);
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001']);
    // Thousands of digests come after it.
    await database.pool.query(`
      insert into feed_event (position, topic, kind, occurred_at, run_id, digest_id, source, date, language)
      select d.position + n, d.topic, d.kind, d.occurred_at, gen_random_uuid(), d.digest_id, d.source, d.date,
        d.language
      from feed_event d, generate_series(1, 6000) n where d.topic = 'DIGEST'`);
    await database.pool.query('update feed set head = head + 6000');
    const batches = await readAll(subscribe(url, PAPERS, { start: 'OLDEST' }));
    expect(batches.map(idsOf)).toEqual([['2601.00001'], []]);
    expect(batches.map(({ caughtUp }) => caughtUp)).toEqual([false, true]);
  });

  test('ends with CURSOR_INVALID if the cursor is of another store', async () => {
    const { url } = await startLiveServer(database);
    const messages: Message[] = [];
    const reading = (async () => {
      for await (const message of subscribe(url, PAPERS, { after: 'AAAAAAAAAADdr8Ag8ydfJSCqVVM' }))
        messages.push(message);
    })();
    // graphql-transport-ws has a message of its own for errors before the first result.
    const failure: unknown = await reading.catch((error: unknown) => error);
    const errors = (messages[0]?.errors ?? failure) as Message['errors'];
    expect(errors).toMatchObject([{ extensions: { code: 'CURSOR_INVALID', argument: ['after'] } }]);
  });

  test('is removed from the feed when it ends', async () => {
    const { url, feed } = await startLiveServer(database);
    const stream = subscribe(url, PAPERS);
    await nextBatch(stream);
    expect(feed.size()).toBe(1);
    await stream.return?.();
    await expect.poll(() => feed.size()).toBe(0);
  });
});
