import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeFeedCursor } from '../../src/events/feed-cursor.ts';
import { expireEvents } from '../../src/events/retention.ts';
import { removeDigests } from '../../src/ingest/remove-digests.ts';
import { upgradeStore } from '../../src/ingest/upgrade-store.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonRecord } from '../support/digest-files.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { ingestRecords } from '../support/live.ts';

const ZH = '_AI_enhanced_Chinese.jsonl';

let database: TestDatabase;
let query: Query;
beforeEach(async () => {
  database = await openTestDatabase();
  query = queryOf(database);
});
afterEach(async () => await database.close());

interface Feed {
  readonly feed: {
    readonly cursor: string;
    readonly caughtUp: boolean;
    readonly events: readonly {
      readonly kind: string;
      readonly cursor: string;
      readonly paper: { readonly arxivId: string };
      readonly entry: {
        readonly id: string;
        readonly digest: { readonly date: string; readonly revision: number };
      };
    }[];
  };
  readonly digestFeed: {
    readonly events: readonly {
      readonly kind: string;
      readonly cursor: string;
      readonly digest: { readonly date: string; readonly revision: number };
    }[];
  };
}

const BOTH = `query ($after: FeedCursor, $filter: PaperFilter) {
  feed(after: $after, start: OLDEST, first: 100, filter: $filter) {
    cursor caughtUp events { kind cursor paper { arxivId } entry { id digest { date revision } } }
  }
  digestFeed(after: $after, start: OLDEST, first: 100) { events { kind cursor digest { date revision } } }
}`;

const feed = async (variables: Record<string, unknown> = {}): Promise<Feed> => {
  const { data, errors } = await query<Feed>(BOTH, variables);
  expect(errors).toBeUndefined();
  return data;
};

/** Paper events after a cursor as "KIND id", then digest events as "KIND date rN". */
async function news(after?: string): Promise<string[]> {
  const { feed: papers, digestFeed: digests } = await feed(after === undefined ? {} : { after });
  return [
    ...papers.events.map(({ kind, paper }) => `${kind} ${paper.arxivId}`),
    ...digests.events.map(({ kind, digest }) => `${kind} ${digest.date} r${digest.revision}`),
  ];
}

const cursor = async (): Promise<string> => (await feed()).feed.cursor;

describe('an ingest', () => {
  test('appends one event for each paper, of the first kind that applies, in digest order', async () => {
    await ingestRecords(database.pool, `2026-01-14${ZH}`, [
      '2601.00001',
      '2601.00002',
      '2601.00003',
      '2601.00004',
    ]);
    const after = await cursor();
    const { AI: _ai, ...bare } = jsonRecord('2601.00002');
    await ingestRecords(database.pool, `2026-01-15${ZH}`, [
      '2601.00009',
      jsonRecord('2601.00001v2', { title: 'A new title' }),
      jsonRecord('2601.00003', { AI: { ...(jsonRecord('x')['AI'] as object), tldr: '另一个总结。' } }),
      bare,
    ]);
    expect(await news(after)).toEqual([
      'ADDED 2601.00009',
      'REVISED 2601.00001',
      'SUMMARIZED 2601.00003',
      'LISTED 2601.00002',
      'ADDED 2026-01-15 r1',
    ]);
  });

  test('appends no event for a digest that is stored already', async () => {
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001']);
    const after = await cursor();
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001']);
    expect(await news(after)).toEqual([]);
  });

  test('of a changed digest appends events for its changes, and last one for the digest', async () => {
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001', '2601.00002']);
    const after = await cursor();
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001', '2601.00003']);
    expect(await news(after)).toEqual(['ADDED 2601.00003', 'REVISED 2026-01-14 r2']);
    const { rows } = await database.pool.query('select position, topic from feed_event order by position');
    expect(rows.map(({ position }: { position: number }) => position)).toEqual([1, 2, 3, 4, 5]);
    expect(rows.map(({ topic }: { topic: string }) => topic)).toEqual([
      'PAPER',
      'PAPER',
      'DIGEST',
      'PAPER',
      'DIGEST',
    ]);
  });

  test('does not change which filters match the events of earlier ingests', async () => {
    const filter = { search: 'title:heron' };
    await ingestRecords(database.pool, `2026-01-14${ZH}`, [jsonRecord('2601.00001', { title: 'Of Herons' })]);
    await ingestRecords(database.pool, `2026-01-15${ZH}`, [
      jsonRecord('2601.00001v2', { title: 'Of Storks' }),
    ]);
    const { feed: found } = await feed({ filter });
    expect(found.events.map(({ kind }) => kind)).toEqual(['ADDED']);
  });

  test('that is repeated as the same run appends its events once', async () => {
    const runId = randomUUID();
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001'], { runId });
    const again = ingestRecords(database.pool, `2026-01-15${ZH}`, ['2601.00001'], { runId });
    await expect(again).rejects.toMatchObject({ code: '23505' });
    expect(await news()).toEqual(['ADDED 2601.00001', 'ADDED 2026-01-14 r1']);
  });

  test('appends its events together, in commit order, without a gap, next to other ingests', async () => {
    await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const records = Array.from({ length: 5 }, (_none, m) => `2601.${10_000 + n * 3 + m}`);
        await ingestRecords(database.pool, `2026-01-1${n}${ZH}`, records);
      }),
    );
    const { rows } = await database.pool.query<{ position: number; run_id: string; occurred_at: Date }>(
      'select position, run_id, occurred_at from feed_event order by position',
    );
    expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index + 1));
    const changes = rows.filter(({ run_id: id }, index) => id !== rows[index - 1]?.run_id);
    expect(changes).toHaveLength(6);
    const times = rows.map(({ occurred_at: at }) => at.getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

test('a removed digest has no events, and new ones of revision 1 when it is ingested again', async () => {
  await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001', '2601.00002']);
  await ingestRecords(database.pool, `2026-01-15${ZH}`, ['2601.00003']);
  const before = await feed();
  await removeDigests(database, { source: 'test', date: '2026-01-14' });
  const after = await feed();
  expect(after.feed.cursor).toBe(before.feed.cursor);
  expect(after.feed.events).toEqual(before.feed.events.slice(2));
  await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001', '2601.00002']);
  expect(await news(before.feed.cursor)).toEqual([
    'ADDED 2601.00001',
    'ADDED 2601.00002',
    'ADDED 2026-01-14 r1',
  ]);
});

describe('a cursor', () => {
  test('that is read together with a list continues it: the feed has every later paper', async () => {
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001']);
    const { data } = await query<{ papers: { totalCount: number }; feedCursor: string }>(
      '{ papers(first: 10) { totalCount } feedCursor }',
    );
    await ingestRecords(database.pool, `2026-01-15${ZH}`, ['2601.00002']);
    expect(data.papers.totalCount).toBe(1);
    expect(await news(data.feedCursor)).toEqual(['ADDED 2601.00002', 'ADDED 2026-01-15 r1']);
  });

  test.each(['', 'nonsense', 'AAAAAAAAAADdr8Ag8ydfJSCqVVM'])(
    'that was not issued by this feed is refused: "%s"',
    async (after) => {
      const { errors } = await query(BOTH, { after });
      expect(errors?.[0]?.extensions).toEqual({ code: 'CURSOR_INVALID', argument: ['after'] });
    },
  );

  test('from before a rebuild of the store, or ahead of the feed, is refused', async () => {
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001']);
    const after = await cursor();
    await database.pool.query('update feed set head = 1');
    expect((await query(BOTH, { after })).errors?.[0]?.extensions).toMatchObject({ code: 'CURSOR_INVALID' });
    await database.pool.query("update feed set head = 2, identity = 'another cluster'");
    await upgradeStore(database.pool);
    expect((await query(BOTH, { after })).errors?.[0]?.extensions).toMatchObject({ code: 'CURSOR_INVALID' });
  });

  test('ahead of the feed is accepted once the store catches up, as a replica that lags does', async () => {
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001']);
    const after = await cursor();
    await database.pool.query('update feed set head = 1');
    const asked = query<Feed>(BOTH, { after });
    await database.pool.query('update feed set head = 2');
    expect((await asked).data.feed).toMatchObject({ caughtUp: true, events: [] });
  });

  test('stays valid after a restart, until retention deletes an event after it', async () => {
    await ingestRecords(database.pool, `2026-01-14${ZH}`, ['2601.00001', '2601.00002']);
    const [first, second] = (await feed()).feed.events;
    await database.pool.query(
      "update feed_event set occurred_at = occurred_at - interval '8 days' where position = 1",
    );
    await upgradeStore(database.pool);
    expect(await expireEvents(database.pool, 9)).toBe(0);
    expect(await expireEvents(database.pool, 7)).toBe(1);
    const { errors } = await query(BOTH, { after: await forged(0) });
    expect(errors?.[0]?.extensions).toEqual({ code: 'CURSOR_EXPIRED', argument: ['after'] });
    expect((await feed({ after: first?.cursor })).feed.events).toEqual([second]);
    expect((await feed()).feed.events).toEqual([second]);
  });
});

/** The cursor of a position, as this store would issue it. */
async function forged(position: number): Promise<string> {
  const { rows } = await database.pool.query<{ epoch: string }>('select epoch from feed');
  return encodeFeedCursor(rows[0]?.epoch ?? '', position);
}

test('filters of events accept the same languages, categories and arXiv ids as lists', async () => {
  await ingestRecords(database.pool, `2026-01-14${ZH}`, [
    jsonRecord('2601.00001', { categories: ['cs.LG', 'stat.ML'] }),
    jsonRecord('2601.00002', { categories: ['hep-th'] }),
  ]);
  const found = async (filter: object): Promise<string[]> => {
    const events = (await feed({ filter })).feed.events.map(({ paper }) => paper.arxivId);
    const { data } = await query<{ papers: { nodes: { arxivId: string }[] } }>(
      'query ($filter: PaperFilter) { papers(filter: $filter, orderBy: OLDEST) { nodes { arxivId } } }',
      { filter },
    );
    expect(data.papers.nodes.map(({ arxivId }) => arxivId).toSorted()).toEqual(events.toSorted());
    return events.toSorted();
  };
  for (const category of [
    'CS.lg',
    'cs',
    'Computer Science',
    'Machine Learning',
    'machine learning (STAT.ml)',
  ])
    expect(await found({ categories: [category] })).toEqual(['2601.00001']);
  for (const category of ['HEP-TH', 'hep-th.*', 'High Energy Physics - Theory'])
    expect(await found({ primaryCategories: [category] })).toEqual(['2601.00002']);
  for (const language of ['zh-CN', 'zh-hans', 'zh-Hant-TW', '中文'])
    expect(await found({ languages: [language] })).toEqual(['2601.00001', '2601.00002']);
  for (const language of ['zh-Hant', 'en-US']) expect(await found({ languages: [language] })).toEqual([]);
  expect(await found({ arxivIds: ['https://doi.org/10.48550/arXiv.2601.00002'] })).toEqual(['2601.00002']);
});
