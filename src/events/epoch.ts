import { queryWithin, type Pool } from '../database/store-pool.ts';

/** SQLSTATE: insufficient privilege; read-only, as all transactions are on a standby; not while it recovers, for functions. */
const NOT_OURS_TO_SAY = new Set(['42501', '25006', '55000']);
/** A connection of before may be dead without having said so. */
const DEADLINE_MS = 5_000;

/**
 * Begins a new epoch of the feed where the store is not the one that it was: restored from a dump, copied, or taken over by a
 * standby that may lack the last commits. Positions may then be given a second time, and cursors of before would skip events in
 * silence. Where Postgres does not tell what it is, or nothing may be written, nothing is done: another process may do it.
 */
export async function confirmFeedEpoch(pool: Pool): Promise<void> {
  // The timeline is that of what is written now: the control file has the new one only after a checkpoint.
  const text = `
    with this as (
      select format('%s %s %s %s', s.system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), d.oid,
        'feed'::regclass::oid) as identity
      from pg_control_system() s, pg_database d where d.datname = current_database()
    )
    update feed f set identity = this.identity, epoch = case when f.identity is null then f.epoch else gen_random_uuid() end
    from this where f.id = 1 and f.identity is distinct from this.identity`;
  try {
    await queryWithin(pool, DEADLINE_MS, { text });
  } catch (error) {
    if (!isNotOursToSay(error)) throw error;
  }
}

function isNotOursToSay(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NOT_OURS_TO_SAY.has(String(error.code));
}

/**
 * Begins a new epoch where the feed is shorter than it was known to be in this one: what is missing has been lost. Resolves with
 * false where nothing may be written.
 */
export async function renewFeedEpoch(pool: Pool, known: { epoch: string; head: number }): Promise<boolean> {
  const text =
    'update feed set epoch = gen_random_uuid() where id = 1 and epoch = $1::uuid and head < $2::bigint';
  const values = [known.epoch, known.head];
  try {
    await queryWithin(pool, DEADLINE_MS, { text, values });
    return true;
  } catch (error) {
    if (isNotOursToSay(error)) return false;
    throw error;
  }
}
