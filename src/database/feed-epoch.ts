import type pg from 'pg';

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Begins a new epoch of the feed where the store is not the one that it was: restored from a dump, copied, or taken over by a
 * standby that may lack the last commits. Positions may then be given a second time, and cursors of before would skip events in
 * silence. Where Postgres does not tell what it is, nothing is done.
 */
export async function confirmFeedEpoch(pool: pg.Pool): Promise<void> {
  try {
    await pool.query(`
      with this as (
        select format('%s %s %s', s.system_identifier, c.timeline_id, d.oid) as identity
        from pg_control_system() s, pg_control_checkpoint() c, pg_database d where d.datname = current_database()
      )
      update feed f set identity = this.identity, epoch = case when f.identity is null then f.epoch else gen_random_uuid() end
      from this where f.id = 1 and f.identity is distinct from this.identity`);
  } catch (error) {
    if ((error as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw error;
  }
}
