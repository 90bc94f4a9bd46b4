import { sql } from '../../database/sql.ts';
import { moveEvents } from '../../events/move-events.ts';
import type { AffectedPapers } from '../papers/affected-papers.ts';
import { entryKey } from './entry-key.ts';
import { numberEntries } from './number-entries.ts';
import { digestColumns, type StoredDigest } from './stored-digest.ts';
import type { Transaction } from '../../database/transaction.ts';

/** Digests to merge. The guesses are deleted. */
interface Merging {
  /** Digests of the same source and day whose languages were guesses. */
  readonly guesses: readonly StoredDigest[];
  readonly digest: StoredDigest;
}

/**
 * Merges digests with guessed languages into the digest that they turned out to be, and returns that. Notes
 * the moved entries in the temporary table `moved_entry`, for `markMovedAsNew`.
 */
export async function mergeGuesses(
  tx: Transaction,
  { guesses, digest }: Merging,
  affected: AffectedPapers,
): Promise<StoredDigest> {
  if (guesses.length === 0) return digest;
  await tx.execute`create temporary table moved_entry (entry_id int primary key) on commit drop`;
  let merged = digest;
  for (const guess of guesses) merged = await mergeDigest(tx, guess, merged);
  // All papers of the digest have another language now, even if the file changes nothing else.
  await affected.add(sql`select paper_id from digest_entry where digest_id = ${digest.id}`);
  await updateKeys(tx, digest.id);
  return merged;
}

/** Marks staged entries that `mergeGuesses` has moved as added: they are new to readers of this language. */
export async function markMovedAsNew(tx: Transaction): Promise<void> {
  await tx.execute`
    update staged s set added = true, changed = true from moved_entry m where m.entry_id = s.entry_id`;
}

/**
 * Moves everything of the digest `from` into `into`, and deletes `from`. An entry that both list becomes one.
 */
async function mergeDigest(tx: Transaction, from: StoredDigest, into: StoredDigest): Promise<StoredDigest> {
  await tx.execute`
    update digest_entry kept
    set markdown_position = coalesce(kept.markdown_position, moved.markdown_position),
      jsonl_position = coalesce(kept.jsonl_position, moved.jsonl_position),
      current = kept.current or moved.current
    from digest_entry moved
    where kept.digest_id = ${into.id} and moved.digest_id = ${from.id} and moved.paper_id = kept.paper_id
      and moved.content_hash = kept.content_hash and moved.twin = kept.twin`;
  await tx.execute`
    with moved as (
      update digest_entry moved set digest_id = ${into.id}
      where moved.digest_id = ${from.id} and not exists (
        select 1 from digest_entry kept where kept.digest_id = ${into.id} and kept.paper_id = moved.paper_id
          and kept.content_hash = moved.content_hash and kept.twin = moved.twin)
      returning id
    )
    insert into moved_entry select id from moved`;
  await tx.execute`
    update digest_revision set digest_id = ${into.id} where digest_id = ${from.id}`;
  await tx.execute`update ingest_run set digest_id = ${into.id} where digest_id = ${from.id}`;
  await tx.execute`
    update digest kept
    set contents = coalesce(kept.contents, moved.contents),
      revision = greatest(kept.revision, moved.revision),
      ingested_at = least(kept.ingested_at, moved.ingested_at),
      updated_at = case when kept.revision = 0 then moved.updated_at else kept.updated_at end
    from digest moved where kept.id = ${into.id} and moved.id = ${from.id}`;
  await repointEvents(tx, from, into);
  await tx.execute`delete from digest where id = ${from.id}`;
  await numberEntries(tx, into);
  const [merged = into] =
    await tx.query<StoredDigest>`select ${digestColumns} from digest where id = ${into.id}`;
  return merged;
}

/** Points the events of `from` to `into`, and to the equal entries there. */
async function repointEvents(tx: Transaction, from: StoredDigest, into: StoredDigest): Promise<void> {
  const replaced = sql`
    select moved.id as entry_id, kept.id as kept_id
    from digest_entry moved join digest_entry kept on kept.digest_id = ${into.id}
      and kept.paper_id = moved.paper_id and kept.content_hash = moved.content_hash
      and kept.twin = moved.twin
    where moved.digest_id = ${from.id}`;
  await moveEvents(tx, { from: from.id, into: into.id, replaced });
}

/** An entry's key contains the language of its digest. */
async function updateKeys(tx: Transaction, digestId: number): Promise<void> {
  await tx.execute`
    update digest_entry e set key = ${entryKey}
    from digest d, source s, paper p
    where e.digest_id = ${digestId} and d.id = e.digest_id and s.id = d.source_id and p.id = e.paper_id`;
}
