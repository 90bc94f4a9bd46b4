import { isForbidden, isInRecovery } from '../database/error-codes.ts';
import { sql } from '../database/sql.ts';
import { execute, type Pool } from '../database/store-pool.ts';

/** A connection from before a network failure may be dead without an error; in milliseconds. */
const DEADLINE_MS = 5_000;

/**
 * Starts a new epoch of the feed if the store is not the one that the epoch was made for: it was restored
 * from a dump, copied, or taken over by a standby that may lack the last commits. Such a store may assign
 * positions a second time, and older cursors would skip events silently. Does nothing if this process may
 * not read the identity or may not write: another process will.
 */
export async function confirmFeedEpoch(pool: Pool): Promise<void> {
  // The timeline comes from the WAL position: the control file shows a new timeline only after the next
  // checkpoint.
  const statement = sql`
    with this as (
      select format('%s %s %s %s', s.system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), d.oid,
        'feed'::regclass::oid) as identity
      from pg_control_system() s, pg_database d where d.datname = current_database()
    )
    update feed f set identity = this.identity,
      epoch = case when f.identity is null then f.epoch else gen_random_uuid() end
    from this where f.id = 1 and f.identity is distinct from this.identity`;
  try {
    await execute(pool, statement, { timeoutMs: DEADLINE_MS });
  } catch (error) {
    if (!isNotAllowed(error)) throw error;
  }
}

/**
 * Starts a new epoch if the feed is shorter than this process has seen it in the same epoch: the missing
 * events are lost. Resolves with false if this process may not write.
 */
export async function renewFeedEpoch(pool: Pool, seen: { epoch: string; head: number }): Promise<boolean> {
  const statement = sql`update feed set epoch = gen_random_uuid()
    where id = 1 and epoch = ${seen.epoch}::uuid and head < ${seen.head}::bigint`;
  try {
    await execute(pool, statement, { timeoutMs: DEADLINE_MS });
    return true;
  } catch (error) {
    if (isNotAllowed(error)) return false;
    throw error;
  }
}

function isNotAllowed(error: unknown): boolean {
  return isForbidden(error) || isInRecovery(error);
}
