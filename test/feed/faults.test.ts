import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { faultyPool } from '../support/faulty-pool.ts';
import { FEED_CHANNEL } from '../../src/events/wake-up-channel.ts';
import {
  ingestRecords,
  overEvents,
  idsOf,
  nextBatch,
  overWebSocket,
  startLiveServer,
  type Batch,
  type Message,
} from '../support/live.ts';

const PAPERS = `subscription ($start: FeedStart! = NOW, $first: Int! = 50, $filter: PaperFilter) {
  papers: paperIngested(start: $start, first: $first, filter: $filter) {
    cursor caughtUp events { cursor kind paper { arxivId } }
  }
}`;
const MATCHING = /as materialized/;

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

async function take(stream: AsyncIterator<Message>, count: number): Promise<string[]> {
  const got: string[] = [];
  while (got.length < count) got.push(...idsOf(await nextBatch(stream)));
  return got;
}

const numbered = (count: number, from = 10_000): string[] =>
  Array.from({ length: count }, (_, n) => `2601.${from + n}`);

/** A promise, and the function that resolves it. */
function gate() {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), passed };
}

test('a client that subscribes while events are being matched misses none of them', async () => {
  const { open, passed } = gate();
  let held = false;
  const pool = faultyPool(database.pool, async ({ text }) => {
    if (!MATCHING.test(text)) return;
    held = true;
    await passed;
  });
  const { url } = await startLiveServer({ pool });
  // Events are only matched if a filter needs Postgres.
  await nextBatch(overWebSocket(url, PAPERS, { filter: { search: 'abstract' } }));
  const all = numbered(120);
  await ingestRecords(database.pool, '2026-01-14.jsonl', all);
  await expect.poll(() => held).toBe(true);
  const late = overWebSocket(url, PAPERS, { start: 'OLDEST', first: 50, filter: { hasCode: false } });
  expect(idsOf(await nextBatch(late))).toEqual(all.slice(0, 50));
  open();
  expect(await take(late, 70)).toEqual(all.slice(50));
});

test('a client that subscribes after a restore gets the restored events, not the lost ones', async () => {
  const { url } = await startLiveServer(database);
  await nextBatch(overWebSocket(url, PAPERS, { start: 'OLDEST' }));
  await ingestRecords(database.pool, '2026-01-14.jsonl', numbered(5));
  await expect
    .poll(async () => idsOf(await nextBatch(overWebSocket(url, PAPERS, { start: 'OLDEST' }))))
    .toEqual(numbered(5));
  await database.pool.query(
    `with gone as (delete from feed_event where position > 2)
     update feed set head = 2, epoch = gen_random_uuid()`,
  );
  expect(idsOf(await nextBatch(overWebSocket(url, PAPERS, { start: 'OLDEST' })))).toEqual(numbered(2));
});

test('a filter that makes Postgres fail ends only its own subscription', async () => {
  const pool = faultyPool(database.pool, ({ text, values }) => {
    if (/feed_event/.test(text) && values.some((value) => String(value).includes('poison')))
      throw Object.assign(new Error('invalid byte sequence'), { code: '22021' });
  });
  const { url, feed } = await startLiveServer({ pool });
  const filters = ['paper', 'abstract', 'poison', 'graph', '方法'].map((search) => ({
    search: `title:${search}`,
  }));
  const [innocent, , poisoned] = await Promise.all(
    filters.map(async (filter) => {
      const stream = overEvents(url, PAPERS, { filter: { or: [filter, { categories: ['cs.LG'] }] } });
      const first = (await stream.next()).value as Message;
      return { stream, first };
    }),
  );
  await ingestRecords(database.pool, '2026-01-14.jsonl', ['2601.00001']);
  expect(idsOf(await nextBatch(innocent!.stream))).toEqual(['2601.00001']);
  expect((await poisoned!.stream.next()).value).toMatchObject({
    errors: [{ extensions: { code: 'INTERNAL' } }],
  });
  await expect.poll(() => feed.size()).toBe(filters.length - 1);
});

test('a batch that cannot be read for a moment is sent later, not skipped', async () => {
  let failures = 0;
  const pool = faultyPool(database.pool, ({ text }) => {
    if (failures === 0 || !/from paper p/.test(text)) return;
    failures -= 1;
    throw Object.assign(new Error('terminating connection'), { code: '57P01' });
  });
  const { url } = await startLiveServer({ pool });
  const stream = overEvents(url, PAPERS);
  await nextBatch(stream);
  failures = 2;
  await ingestRecords(database.pool, '2026-01-14.jsonl', ['2601.00001']);
  expect(idsOf(await nextBatch(stream))).toEqual(['2601.00001']);
  expect(failures).toBe(0);
});

describe('a feed that has lost events', () => {
  const lose = async (epoch: string): Promise<void> => {
    await database.pool.query(
      `with gone as (delete from feed_event where position > 2) update feed set head = 2 ${epoch}`,
    );
    await database.pool.query(`notify ${FEED_CHANNEL}`);
  };

  test.each([
    ['with a new epoch of the restored store', ', epoch = gen_random_uuid()'],
    ['without a new epoch', ''],
  ])(
    '%s ends subscriptions with CURSOR_INVALID, and new ones get each new event once',
    async (_how, epoch) => {
      const { url, feed } = await startLiveServer(database);
      const stream = overWebSocket(url, PAPERS, { start: 'OLDEST' });
      await nextBatch(stream);
      await ingestRecords(database.pool, '2026-01-14.jsonl', numbered(5));
      expect(await take(stream, 5)).toEqual(numbered(5));
      await lose(epoch);
      expect((await stream.next()).value).toMatchObject({
        errors: [{ extensions: { code: 'CURSOR_INVALID' } }],
      });
      await expect.poll(() => feed.head()).toBe(2);
      const again = overWebSocket(url, PAPERS, { start: 'OLDEST' });
      expect(await nextBatch(again)).toMatchObject({ caughtUp: true });
      await ingestRecords(database.pool, '2026-01-15.jsonl', numbered(2, 20_000));
      expect(await take(again, 2)).toEqual(numbered(2, 20_000));
    },
  );
});

test('the events of a digest move to the digest into which it is merged', async () => {
  const { url, post } = await startLiveServer(database);
  // The text suggests Chinese. The name of the second file corrects that.
  await ingestRecords(database.pool, '2026-01-14.jsonl', ['2601.00001', '2601.00002']);
  await ingestRecords(database.pool, '2026-01-14_AI_enhanced_English.jsonl', ['2601.00001', '2601.00002']);
  const fields = '{ cursor events { kind digest { date language revision } } }';
  const answer = await post({ query: `{ digestFeed(start: OLDEST) ${fields} }` });
  const stored = ((await answer.json()) as { data: { digestFeed: Batch } }).data.digestFeed;
  expect(stored.events).toMatchObject([
    { kind: 'ADDED', digest: { language: 'en' } },
    { kind: 'REVISED', digest: { language: 'en' } },
  ]);
  const live = overEvents(url, `subscription { digestIngested(start: OLDEST) ${fields} }`);
  const { value } = (await live.next()) as IteratorResult<Message, undefined>;
  expect(value?.data?.['digestIngested']?.events).toEqual(stored.events);
});
