import { sql } from '../database/sql.ts';
import type { RunStatement } from '../database/statements.ts';
import { batch, type Batch, type FeedEvent, type FeedState } from './event.ts';
import type { EventFilter } from './event-filter.ts';
import { eventVector } from './event-vectors.ts';
import { selectMatches } from './filter-shapes.ts';
import { checkPosition } from './resume.ts';

// Reads of the feed. Head and events come from one statement, so that they are of one snapshot: a head that
// was read apart could be older or newer than the events.

const stateColumns = sql`f.epoch, f.head, f.floor`;

const eventColumns = sql`d.position, d.topic, d.kind, d.occurred_at as "occurredAt", d.run_id as "runId",
  d.digest_id as "digestId", d.paper_id as "paperId", d.entry_id as "entryId"`;

/** The current state of the feed. */
export async function feedState(run: RunStatement): Promise<FeedState> {
  const [state] = await run<FeedState>({
    name: 'feedState',
    sql: sql`select ${stateColumns} from feed f where f.id = 1`,
  });
  if (state === undefined) throw new Error('expected the row of the feed, found none');
  return state;
}

/** The state of the feed, and all events after a position, at most `limit`. */
export async function eventsAfter(
  run: RunStatement,
  after: number,
  limit: number,
): Promise<{ state: FeedState; events: FeedEvent[] }> {
  return split(
    await run<FeedState & FeedEvent>({
      name: 'eventsAfter',
      sql: sql`select ${stateColumns}, ${eventColumns} from feed f left join lateral (
          select * from feed_event d where d.position > ${after} order by d.position limit ${limit}
        ) d on true where f.id = 1 order by d.position`,
    }),
  );
}

/** The events at these positions, read again. Events that retention has deleted are left out. */
export async function eventsAt(run: RunStatement, positions: readonly number[]): Promise<FeedEvent[]> {
  return await run<FeedEvent>({
    name: 'eventsAt',
    sql: sql`select ${eventColumns} from feed_event d where d.position = any(${positions}::bigint[])`,
  });
}

/**
 * Positions that one read scans at most: a filter that rarely matches returns empty batches instead of slow
 * ones.
 */
const WINDOW = 5_000;
/** A caller's filter may be arbitrarily expensive: Postgres cancels it after this time, in milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * Reads the events after a position that a filter selects, at most `first`. Rejects with InputError:
 * CURSOR_INVALID if the position is after the head, CURSOR_EXPIRED if events after it are deleted.
 */
export async function readBatch(
  run: RunStatement,
  filter: EventFilter,
  { after, first }: { after: number; first: number },
): Promise<Batch> {
  const { topic, kinds, condition } = filter;
  const rows = await run<FeedState & FeedEvent>({
    name: 'readBatch',
    ...(condition !== undefined && { unique: true, timeoutMs: TIMEOUT_MS }),
    // One event more than requested shows whether there are more.
    sql: sql`select ${stateColumns}, ${eventColumns} from feed f left join lateral (
        select d.* from feed_event d, lateral (select ${eventVector} as vector, d.clipped) t
        where d.position > ${after}::bigint and d.position <= ${after}::bigint + ${WINDOW}
          and d.topic = ${topic} and d.kind = any(${[...kinds]}::event_kind[]) and ${condition ?? sql`true`}
        order by d.position limit ${first + 1}
      ) d on true where f.id = 1 order by d.position`,
  });
  const { state, events } = split(rows);
  checkPosition(state, after);
  if (events.length > first) {
    const sent = events.slice(0, first);
    return batch(state, { topic, position: sent.at(-1)?.position ?? after, events: sent, caughtUp: false });
  }
  const position = Math.min(state.head, after + WINDOW);
  return batch(state, { topic, position, events, caughtUp: position === state.head });
}

/**
 * For each filter, the positions in a range (`after` exclusive) that it selects. All filters must have the
 * same topic.
 */
export async function matchingPositions(
  run: RunStatement,
  filters: readonly EventFilter[],
  { after, upTo }: { after: number; upTo: number },
): Promise<number[][]> {
  // Materialized, with a copy of the vector (`|| ''`): Postgres then decompresses each vector once, not once
  // for every filter.
  const rows = await run<{ index: number; positions: number[] }>({
    name: 'matchingPositions',
    unique: true,
    timeoutMs: TIMEOUT_MS,
    sql: sql`with d as materialized (
        select position, kind, source, date, language, arxiv_id, categories, author_names, author_folded,
          author_words, has_code, has_summary, ${eventVector} || ''::tsvector as vector, clipped
        from feed_event d where position > ${after} and position <= ${upTo} and topic = ${filters[0]?.topic}
      )
      select m.index, array_agg(m.position order by m.position) as positions
      from (${selectMatches(filters)}) m group by m.index`,
  });
  const found = new Map(rows.map(({ index, positions }) => [index, positions.map(Number)]));
  return filters.map((_filter, index) => found.get(index) ?? []);
}

function split(rows: readonly (FeedState & FeedEvent)[]): { state: FeedState; events: FeedEvent[] } {
  const [first] = rows;
  if (first === undefined) throw new Error('expected the row of the feed, found none');
  const { epoch, head, floor } = first;
  // Without events the left join returns one row, which has the state only.
  const events = rows.filter(({ position }) => position !== null);
  return { state: { epoch, head, floor }, events };
}
