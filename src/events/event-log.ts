import { sql } from '../database/sql.ts';
import { InputError } from '../errors/input-error.ts';
import type { RunStatement } from '../database/statements.ts';
import type { EventFilter } from '../feed/event-filter.ts';
import { batch, type Batch, type FeedEvent, type FeedState } from './event.ts';
import { decodeFeedCursor } from './feed-cursor.ts';

// The feed as Postgres holds it. Each statement sees one state of the store: what it says of the head holds for its events.

const stateColumns = sql`f.epoch, f.head, f.floor`;

const eventColumns = sql`d.position, d.topic, d.kind, d.occurred_at as "occurredAt", d.run_id as "runId",
  d.digest_id as "digestId", d.paper_id as "paperId", d.entry_id as "entryId"`;

/** Where the feed stands now. */
export async function feedState(run: RunStatement): Promise<FeedState> {
  const [state] = await run<FeedState>({
    name: 'feedState',
    sql: sql`select ${stateColumns} from feed f where f.id = 1`,
  });
  if (state === undefined) throw new Error('expected the row of the feed, found none');
  return state;
}

/** All events after a position, at most `limit`, and where the feed stands. */
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

/** The events at these positions, as the store has them now. */
export async function eventsAt(run: RunStatement, positions: readonly number[]): Promise<FeedEvent[]> {
  return await run<FeedEvent>({
    name: 'eventsAt',
    sql: sql`select ${eventColumns} from feed_event d where d.position = any(${positions}::bigint[])`,
  });
}

/** Events that one page looks at, at most: a filter that little matches gives empty pages rather than slow ones. */
const WINDOW = 5_000;
/** A filter may ask more than can be answered: Postgres then stops, in milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * The events after a position that a filter matches, at most `first`. Throws InputError with CURSOR_INVALID where the
 * position is beyond the head, with CURSOR_EXPIRED where events after it are gone.
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
    sql: sql`select ${stateColumns}, ${eventColumns} from feed f left join lateral (
        select d.* from feed_event d, lateral (select d.vector, d.clipped) t
        where d.position > ${after}::bigint and d.position <= ${after}::bigint + ${WINDOW}
          and d.topic = ${topic} and d.kind = any(${[...kinds]}::text[]) and ${condition ?? sql`true`}
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

/** The positions in a range, its start exclusive, that each of the filters matches; those with conditions, of one topic. */
export async function matchingPositions(
  run: RunStatement,
  filters: readonly EventFilter[],
  { after, upTo }: { after: number; upTo: number },
): Promise<number[][]> {
  const matches = filters.map(({ condition, kinds }, index) => {
    const kind = kinds.size === 0 ? sql`false` : sql`d.kind in (${sql.join([...kinds])})`;
    return sql`(${index}::int, ${kind} and ${condition ?? sql`true`})`;
  });
  // Materialized with a vector of its own, so that each is read and unpacked once, not once a filter.
  const rows = await run<{ index: number; positions: number[] }>({
    name: 'matchingPositions',
    unique: true,
    timeoutMs: TIMEOUT_MS,
    sql: sql`with d as materialized (
        select position, kind, source, date, language, arxiv_id, categories, author_names, author_folded, author_words,
          has_code, has_summary, vector || ''::tsvector as vector, clipped
        from feed_event where position > ${after} and position <= ${upTo} and topic = ${filters[0]?.topic}
      )
      select m.index, array_agg(d.position order by d.position) as positions
      from d cross join lateral (select d.vector, d.clipped) t
        cross join lateral (values ${sql.join(matches)}) m(index, matches)
      where m.matches group by m.index`,
  });
  const found = new Map(rows.map(({ index, positions }) => [index, positions.map(Number)]));
  return filters.map((_filter, index) => found.get(index) ?? []);
}

/** The position that a cursor of this feed holds. Throws InputError with CURSOR_INVALID where it is another store's, or forged. */
export function positionOf({ epoch }: FeedState, cursor: string): number {
  const position = decodeFeedCursor(epoch, cursor);
  if (position === undefined) throw invalid('expected a cursor of this feed');
  return position;
}

/** Throws InputError with CURSOR_INVALID for a position beyond the head, with CURSOR_EXPIRED where events after it are gone. */
export function checkPosition({ head, floor }: FeedState, position: number): void {
  if (position > head) throw invalid('expected a cursor that this feed has reached, got one ahead of it');
  if (position < floor) {
    throw new InputError(
      ['after'],
      'after: the events behind this cursor are kept no longer; ask a list, then go on from its feedCursor',
      { code: 'CURSOR_EXPIRED' },
    );
  }
}

/** A batch of the epoch in which a position is meant; another's has other events there. Throws InputError with CURSOR_INVALID. */
export function ofEpoch(epoch: string, page: Batch): Batch {
  if (page.epoch === epoch) return page;
  throw invalid('expected a cursor of this feed, which has begun anew');
}

/** A cursor that is not this feed's. */
export function invalid(message: string): InputError {
  return new InputError(['after'], `after: ${message}`, { code: 'CURSOR_INVALID' });
}

function split(rows: readonly (FeedState & FeedEvent)[]): { state: FeedState; events: FeedEvent[] } {
  const [first] = rows;
  if (first === undefined) throw new Error('expected the row of the feed, found none');
  const { epoch, head, floor } = first;
  // Without any event the one row has the feed's state alone.
  const events = rows.filter(({ position }) => position !== null);
  return { state: { epoch, head, floor }, events };
}
