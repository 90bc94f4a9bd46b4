import { sql, type Sql } from '../database/sql.ts';
import type { Transaction } from '../database/transaction.ts';
import { EventKind, EventTopic, type DigestEventKind } from './event.ts';
import { FEED_CHANNEL } from './wake-up-channel.ts';

/** The ingest whose events are appended. */
export interface EventOrigin {
  readonly digestId: number;
  /** UUID of the ingest run. A retry keeps it, so that a run never appends its events twice. */
  readonly runId: string;
  /**
   * What happened to the digest. If undefined, it is REVISED if one of its papers has an event, else it has
   * no event.
   */
  readonly digestKind: DigestEventKind | undefined;
}

/**
 * The columns that a query of `appendToFeed` must return, besides `ordinal`. Their types are those of
 * `feed_event`. `vector` is null if it equals the paper's.
 */
const paperColumns = sql.raw(
  'kind, paper_id, entry_id, arxiv_id, categories, author_names, author_folded, author_words, has_code, ' +
    'has_summary, vector, clipped, version',
);

/**
 * Appends the events of one ingest: its papers', then its digest's. Each query of `papers` returns rows of
 * `ordinal` (int, counted from 1 over all queries, the order of the events) and `paperColumns`. Positions are
 * gapless and in commit order, because the row of `feed` stays locked from their assignment until the commit.
 * Call it last in a transaction, so that the lock is held briefly. Rejects with a unique violation if the run
 * has appended events before.
 */
export async function appendToFeed(
  tx: Transaction,
  origin: EventOrigin,
  papers: AsyncIterable<Sql>,
): Promise<void> {
  // Collected in a table of this session first, so that the feed is locked only while finished rows are
  // copied.
  await tx.execute`create temporary table fresh_event (like feed_event including defaults) on commit drop`;
  for await (const rows of papers) await addPaperEvents(tx, origin, rows);
  await addDigestEvent(tx, origin);
  await publish(tx);
}

async function addPaperEvents(tx: Transaction, { digestId, runId }: EventOrigin, rows: Sql): Promise<void> {
  await tx.execute`
    insert into fresh_event (position, topic, occurred_at, run_id, digest_id, source, date, language,
      ${paperColumns})
    select n.ordinal, ${EventTopic.PAPER}::event_topic, now(), ${runId}::uuid, g.id, s.name, g.date,
      g.language, ${paperColumns}
    from (${rows}) n, digest g join source s on s.id = g.source_id where g.id = ${digestId}`;
}

async function addDigestEvent(tx: Transaction, { digestId, runId, digestKind }: EventOrigin): Promise<void> {
  await tx.execute`
    insert into fresh_event (position, topic, kind, occurred_at, run_id, digest_id, source, date, language)
    select b.last + 1, ${EventTopic.DIGEST}::event_topic, ${digestKind ?? EventKind.REVISED}::event_kind,
      now(), ${runId}::uuid, g.id, s.name, g.date, g.language
    from digest g join source s on s.id = g.source_id,
      lateral (select coalesce(max(position), 0) as last from fresh_event) b
    where g.id = ${digestId} and (${digestKind !== undefined} or b.last > 0)`;
}

async function publish(tx: Transaction): Promise<void> {
  const [fresh] = await tx.query<{ count: number }>`select count(*)::int as count from fresh_event`;
  const count = fresh?.count ?? 0;
  if (count === 0) return;
  // Takes the row lock of the feed: any other change of the feed waits until this transaction ends.
  const [feed] = await tx.query<{ head: number }>`
    update feed set head = head + ${count}::int where id = 1 returning head`;
  if (feed === undefined) throw new Error('expected the row of the feed, found none');
  // The clock is read after the wait for the lock: occurredAt never decreases from one position to the next.
  await tx.execute`
    update fresh_event set position = position + ${feed.head}::bigint - ${count}::int,
      occurred_at = (select clock_timestamp())`;
  await tx.execute`insert into feed_event select * from fresh_event order by position`;
  await tx.execute`select pg_notify(${FEED_CHANNEL}, ${String(feed.head)})`;
}
