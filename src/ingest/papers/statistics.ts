import { sql } from '../../database/sql.ts';
import type { Transaction } from '../../database/transaction.ts';

/** The tables that grow with the store, and the columns by which an ingest finds their rows. */
const GROWING = {
  digest_entry: 'id, digest_id, paper_id, current',
  paper: 'id',
} as const;

/** Blocks below which a table counts as small: plans for it are never far wrong. */
const SMALL = 32;

/**
 * Updates the planner's statistics: of `affected`, and of tables that have grown by a fifth since the last
 * time. Autovacuum does the same for others, but does not see rows that are not committed, and comes late
 * while a first load fills the store. It must not be done more often: it reads up to 30,000 blocks.
 */
export async function refreshStatistics(tx: Transaction): Promise<void> {
  await tx.execute`analyze affected`;
  const grown = await tx.query<{ name: keyof typeof GROWING }>`
    select relname as name from pg_class
    where oid in (select name::regclass from unnest(${Object.keys(GROWING)}::text[]) name)
      and pg_relation_size(oid) / current_setting('block_size')::int > 1.2 * greatest(relpages, ${SMALL}::int)`;
  for (const { name } of grown) await tx.execute`analyze ${sql.raw(`${name} (${GROWING[name]})`)}`;
}
