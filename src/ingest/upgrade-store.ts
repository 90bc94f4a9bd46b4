import type pg from 'pg';
import { migrate } from '../database/migrate.ts';
import { countValues, rememberValues } from './count-values.ts';
import { INDEX_VERSION, indexPapers } from './index-papers.ts';
import { lockStore, transaction } from './transaction.ts';
import { createWorkTables } from './update-papers.ts';

const CHUNK = 500;

/**
 * Applies pending migrations, then works out what papers that an earlier version took in lack. Gives the names of the
 * migrations. Safe when several processes start at once. Rejects as `migrate` does.
 */
export async function upgradeStore(pool: pg.Pool): Promise<string[]> {
  const applied = await migrate(pool);
  while ((await indexSome(pool)) > 0);
  return applied;
}

/** The number of papers that it found to do. */
async function indexSome(pool: pg.Pool): Promise<number> {
  const waiting = `select id from paper where index_version < ${INDEX_VERSION} limit ${CHUNK}`;
  if ((await pool.query(waiting)).rowCount === 0) return 0;
  return await transaction(pool, async (tx) => {
    await lockStore(tx);
    await createWorkTables(tx);
    const found = await tx.query<{ id: number }>`
      insert into affected (paper_id) select id from paper where index_version < ${INDEX_VERSION} limit ${CHUNK}
      returning paper_id as id`;
    await rememberValues(tx);
    await indexPapers(
      tx,
      found.map(({ id }) => id),
    );
    await countValues(tx);
    return found.length;
  });
}
