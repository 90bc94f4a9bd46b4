import { sql } from '../database/sql.ts';
import { execute, type Pool } from '../database/store-pool.ts';

/** Events deleted by one statement. */
const AT_ONCE = 10_000;
const SECONDS_PER_DAY = 86_400;

/**
 * Deletes events that are older than a number of days; returns how many. Raises the floor before it deletes:
 * otherwise a reader could skip deleted events silently, instead of reporting an expired cursor. Leaves events that
 * an ingest is changing to the next call: waiting for them could be a deadlock.
 */
export async function expireEvents(pool: Pool, days: number): Promise<number> {
  const seconds = days * SECONDS_PER_DAY;
  await execute(
    pool,
    sql`update feed set floor = o.position
     from (select max(position) as position from feed_event
       where occurred_at < now() - make_interval(secs => ${seconds})) o
     where feed.id = 1 and o.position > feed.floor`,
  );
  for (let deleted = 0; ;) {
    const batch = await execute(
      pool,
      sql`delete from feed_event where position in (
         select e.position from feed_event e, feed f where e.position <= f.floor
         order by e.position limit ${AT_ONCE} for update of e skip locked)`,
    );
    deleted += batch;
    if (batch < AT_ONCE) return deleted;
  }
}
