import { sql, type Sql } from '../database/sql.ts';
import type { Transaction } from '../database/transaction.ts';
import { EventKind, EventTopic } from './event.ts';

/**
 * SQL: the search vector of the event `d`, a row of `feed_event`; null for a digest. An event without a vector
 * of its own shares that of its paper.
 */
export const eventVector = sql`coalesce(d.vector,
  (select s.vector from paper_search s where s.paper_id = d.paper_id))`;

/** Events of one call. */
const AT_ONCE = 500;

/**
 * An event whose search vector was made by older rules. Positions are text, as `bigint` may exceed a
 * JavaScript number.
 */
export interface OutdatedEvent {
  readonly position: string;
  readonly paperId: number;
  readonly entryId: number;
  /** The paper has been revised after the event: its text at the time of the event is no longer stored. */
  readonly revisedSince: boolean;
}

/**
 * The next events after a position whose vectors are of an earlier version, by position; none after the last.
 */
export async function outdatedEvents(
  tx: Transaction,
  { after, version }: { after: string; version: number },
): Promise<OutdatedEvent[]> {
  return await tx.query<OutdatedEvent>`
    select e.position::text, e.paper_id as "paperId", e.entry_id as "entryId", exists (
      select 1 from feed_event r
      where r.paper_id = e.paper_id and r.kind = ${EventKind.REVISED} and r.position > e.position
    ) as "revisedSince"
    from feed_event e
    where e.position > ${after}::bigint and e.topic = ${EventTopic.PAPER} and e.version < ${version}
    order by e.position limit ${AT_ONCE}::int`;
}

/**
 * Replaces search vectors. `vectors` is a query of rows (position bigint, vector, clipped). One that equals the
 * paper's is shared. All of `events` get the version, also those without a new vector, so that they are not
 * returned again.
 */
export async function replaceVectors(
  tx: Transaction,
  events: readonly OutdatedEvent[],
  { vectors, version }: { vectors: Sql; version: number },
): Promise<void> {
  await tx.execute`
    update feed_event e set clipped = v.clipped, vector = nullif(v.vector,
      (select s.vector from paper_search s where s.paper_id = e.paper_id))
    from (${vectors}) v where e.position = v.position`;
  const positions = events.map(({ position }) => position);
  await tx.execute`update feed_event set version = ${version} where position = any(${positions}::bigint[])`;
}
