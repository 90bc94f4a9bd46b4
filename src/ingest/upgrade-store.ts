import type { Pool } from '../database/store-pool.ts';
import { whyReadOnly } from '../database/read-only.ts';
import { confirmFeedEpoch } from '../events/epoch.ts';
import { migrate } from '../database/migrate.ts';
import { sql } from '../database/sql.ts';
import { changePapers } from './papers/change-papers.ts';
import { indexEvents } from './index-events.ts';
import { retrying } from '../database/retry.ts';
import { INDEX_VERSION } from './papers/search-vectors.ts';
import { transaction, type Transaction } from '../database/transaction.ts';

const CHUNK = 500;

/** How to upgrade a store. */
interface UpgradeOptions {
  /** Once it is aborted, a failed upgrade is not repeated. */
  readonly stop?: AbortSignal | undefined;
  /** Called with a message about steps that had to be skipped. */
  readonly log?: (message: string) => void;
}

/**
 * Applies pending migrations, then updates and indexes the papers and events that an earlier version stored.
 * Returns the names of the migrations. Several processes may do so at once. On a read-only database (a
 * standby, a role without rights) it applies nothing that can wait. Repeats the upgrade while Postgres is
 * unavailable. Rejects as `migrate` does.
 */
export async function upgradeStore(pool: Pool, { stop, log }: UpgradeOptions = {}): Promise<string[]> {
  const applied = new Set<string>();
  await retrying(async () => {
    for (const name of await migrate(pool)) applied.add(name);
    const reason = await whyReadOnly(pool);
    if (reason === undefined) {
      await confirmFeedEpoch(pool);
      while (await upgradeSomePapers(pool));
      await indexAllEvents(pool);
    } else if (await transaction(pool, hasOldPapers)) {
      log?.(
        `papers of an earlier version are searched by its rules, because ${reason}: ` +
          'run papergraph migrate where it may write',
      );
    }
  }, stop);
  return [...applied];
}

/** Upgrades some papers of an earlier version in one short transaction. Returns whether there were any. */
async function upgradeSomePapers(pool: Pool): Promise<boolean> {
  return await transaction(pool, async (tx) => {
    // Checked before locking, so that an up-to-date store starts while an ingest holds the lock.
    if (!(await hasOldPapers(tx))) return false;
    await changePapers(tx, async (affected) => await affected.add(sql`${OLD_PAPERS} limit ${CHUNK}`));
    return true;
  });
}

async function indexAllEvents(pool: Pool): Promise<void> {
  for (let after: string | undefined = '0'; after !== undefined;) {
    const from: string = after;
    after = await transaction(pool, async (tx) => await indexEvents(tx, from));
  }
}

/** SQL: the papers that are not indexed, or were indexed by an earlier version. */
const OLD_PAPERS = sql`
  select p.id as paper_id from paper p
  where not exists (select 1 from paper_search s where s.paper_id = p.id and s.version >= ${INDEX_VERSION})`;

async function hasOldPapers(tx: Transaction): Promise<boolean> {
  return (await tx.execute`${OLD_PAPERS} limit 1`) > 0;
}
