import type { Pool } from '../database/store-pool.ts';
import { whyReadOnly } from '../database/read-only.ts';
import { confirmFeedEpoch } from '../events/epoch.ts';
import { migrate } from '../database/migrate.ts';
import { rememberValues } from './count-values.ts';
import { indexEvents } from './index-events.ts';
import { retrying } from '../database/retry.ts';
import { INDEX_VERSION } from './search-vectors.ts';
import { lockStore, transaction, type Transaction } from '../database/transaction.ts';
import { createWorkTables, updatePapers } from './update-papers.ts';

const CHUNK = 500;

/** How a store is brought up to date. */
interface UpgradeOptions {
  /** Once it is aborted, nothing is tried again. */
  readonly stop?: AbortSignal | undefined;
  /** Told, in a sentence, what could not be done. */
  readonly log?: (message: string) => void;
}

/**
 * Applies pending migrations, then works out again the state and the index of papers that an earlier version took in, and the
 * index of its events. Returns the names of the migrations. Safe when several processes start at once. Where nothing may be
 * written (a standby, a role that may only read), it does without what can wait. Rejects as `migrate` does; goes on after a while
 * where Postgres is away for a moment.
 */
export async function upgradeStore(pool: Pool, { stop, log }: UpgradeOptions = {}): Promise<string[]> {
  const applied = new Set<string>();
  await retrying(async () => {
    for (const name of await migrate(pool)) applied.add(name);
    const reason = await whyReadOnly(pool);
    if (reason === undefined) {
      await confirmFeedEpoch(pool);
      while ((await indexSome(pool)) > 0);
      await indexAllEvents(pool);
    } else if (await transaction(pool, async (tx) => (await waiting(tx)).length > 0)) {
      log?.(
        `papers of an earlier version are searched by its rules, because ${reason}: run papergraph migrate where it may write`,
      );
    }
  }, stop);
  return [...applied];
}

/** The number of papers that it found to do. */
async function indexSome(pool: Pool): Promise<number> {
  return await transaction(pool, async (tx) => {
    if ((await waiting(tx)).length === 0) return 0;
    await lockStore(tx);
    const ids = await waiting(tx);
    await createWorkTables(tx);
    await tx.execute`insert into affected (paper_id) select unnest(${ids}::int[])`;
    await rememberValues(tx);
    await updatePapers(tx);
    return ids.length;
  });
}

async function indexAllEvents(pool: Pool): Promise<void> {
  for (let after: string | undefined = '0'; after !== undefined;) {
    const from: string = after;
    after = await transaction(pool, async (tx) => await indexEvents(tx, from));
  }
}

async function waiting(tx: Transaction): Promise<number[]> {
  const rows = await tx.query<{ id: number }>`
    select p.id from paper p
    where not exists (select 1 from paper_search s where s.paper_id = p.id and s.version >= ${INDEX_VERSION})
    limit ${CHUNK}`;
  return rows.map(({ id }) => id);
}
