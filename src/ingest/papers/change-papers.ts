import { lockStore, type Transaction } from '../../database/transaction.ts';
import { AffectedPapers } from './affected-papers.ts';
import { refreshStatistics } from './statistics.ts';
import { countLinks, createLinkTable, removeUnlistedPapers } from './paper-links.ts';
import { updatePapers } from './update-papers.ts';
import { trackCounts } from './value-counts.ts';

/** The result of a change of the store. */
export interface Changed<T> {
  /** The value that the change itself returned. */
  readonly result: T;
  /** The number of papers that were deleted, because no digest lists them any more. */
  readonly papersRemoved: number;
}

/** Options of a change. */
interface ChangeOptions {
  /** The change deletes entries. Affected papers that no entry lists any more are deleted then. */
  readonly deletesEntries?: boolean;
}

/**
 * Changes digests and their entries, then everything that follows from them. Locks the store for the rest of
 * the transaction, so that `change` sees it as the last ingest left it. `change` adds each paper whose
 * entries it touches to `affected`; afterwards the papers' own fields, their authors and categories, the
 * search index and all counters are updated. May be called once per transaction.
 */
export async function changePapers<T>(
  tx: Transaction,
  change: (affected: AffectedPapers) => Promise<T>,
  { deletesEntries = false }: ChangeOptions = {},
): Promise<Changed<T>> {
  await lockStore(tx);
  const affected = await AffectedPapers.create(tx);
  const result = await change(affected);
  if (affected.isEmpty) return { result, papersRemoved: 0 };
  await refreshStatistics(tx);
  await createLinkTable(tx);
  const updateCounts = await trackCounts(tx);
  const papersRemoved = deletesEntries ? await removeUnlistedPapers(tx) : 0;
  await updatePapers(tx, affected);
  await countLinks(tx);
  await updateCounts();
  return { result, papersRemoved };
}
