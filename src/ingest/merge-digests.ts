import { numberEntries } from './number-entries.ts';
import { digestColumns, type StoredDigest } from './stored-digest.ts';
import type { Transaction } from './transaction.ts';

/**
 * Moves everything of the digest `from` into `into`, of the same source and day, and drops `from`: both turned out
 * to be one. Entries that both print become one; the caller gives the moved entries their new keys.
 */
export async function mergeDigests(
  tx: Transaction,
  from: StoredDigest,
  into: StoredDigest,
): Promise<StoredDigest> {
  await tx.execute`
    update digest_entry kept
    set markdown_position = coalesce(kept.markdown_position, moved.markdown_position),
      jsonl_position = coalesce(kept.jsonl_position, moved.jsonl_position),
      current = kept.current or moved.current
    from digest_entry moved
    where kept.digest_id = ${into.id} and moved.digest_id = ${from.id} and moved.paper_id = kept.paper_id
      and moved.content_hash = kept.content_hash and moved.twin = kept.twin`;
  await tx.execute`
    update digest_entry moved set digest_id = ${into.id}
    where moved.digest_id = ${from.id} and not exists (
      select 1 from digest_entry kept where kept.digest_id = ${into.id} and kept.paper_id = moved.paper_id
        and kept.content_hash = moved.content_hash and kept.twin = moved.twin)`;
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
  await moveEvents(tx, from, into);
  await tx.execute`delete from digest where id = ${from.id}`;
  // Whatever is told of the papers by language changes, even where the file at hand changes nothing else.
  await tx.execute`
    insert into affected (paper_id) select distinct paper_id from digest_entry where digest_id = ${into.id}
    on conflict do nothing`;
  await numberEntries(tx, into);
  const [merged = into] =
    await tx.query<StoredDigest>`select ${digestColumns} from digest where id = ${into.id}`;
  return merged;
}

/** What was told of the one speaks of the other now. */
async function moveEvents(tx: Transaction, from: StoredDigest, into: StoredDigest): Promise<void> {
  await tx.execute`
    update feed_event f set digest_id = ${into.id}, entry_id = coalesce((
      select kept.id from digest_entry moved join digest_entry kept on kept.digest_id = ${into.id}
        and kept.paper_id = moved.paper_id and kept.content_hash = moved.content_hash and kept.twin = moved.twin
      where moved.id = f.entry_id and moved.digest_id = ${from.id}), entry_id)
    where digest_id = ${from.id}`;
}
