import type { Pool } from '../database/store-pool.ts';

const AT_ONCE = 10_000;

/**
 * Deletes events older than so many days; gives how many. Says first that they are gone, and only then deletes them: nobody
 * who reads meanwhile finds a gap and takes it for the feed.
 */
export async function expireEvents(pool: Pool, days: number): Promise<number> {
  await pool.query(
    `update feed set floor = o.position
     from (select max(position) as position from feed_event where occurred_at < now() - make_interval(secs => $1)) o
     where feed.id = 1 and o.position > feed.floor`,
    [days * 86_400],
  );
  for (let deleted = 0; ;) {
    const { rowCount } = await pool.query(
      `delete from feed_event where position in (
         select e.position from feed_event e, feed f where e.position <= f.floor order by e.position limit $1)`,
      [AT_ONCE],
    );
    deleted += rowCount ?? 0;
    if ((rowCount ?? 0) < AT_ONCE) return deleted;
  }
}
