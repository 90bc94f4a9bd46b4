import type { Sql } from '../database/sql.ts';
import type { Transaction } from '../database/transaction.ts';

/** How one digest is merged into another. */
export interface DigestMove {
  /** Id of the digest that is about to be deleted. */
  readonly from: number;
  /** Id of the digest that takes its place. */
  readonly into: number;
  /**
   * A query of the entries that are deleted with it: rows of `entry_id`, and of `kept_id`, the equal entry
   * that stays.
   */
  readonly replaced: Sql;
}

/**
 * Points the events of one digest to another digest, and to that digest's entries. Their positions do not
 * change.
 */
export async function moveEvents(tx: Transaction, { from, into, replaced }: DigestMove): Promise<void> {
  await tx.execute`
    update feed_event f
    set digest_id = ${into},
      entry_id = coalesce((select r.kept_id from (${replaced}) r where r.entry_id = f.entry_id), f.entry_id)
    where f.digest_id = ${from}`;
}
