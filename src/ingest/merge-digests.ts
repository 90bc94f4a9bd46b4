import { sql } from '../database/sql.ts';
import { moveEvents } from '../events/move-events.ts';
import { numberEntries } from './number-entries.ts';
import { digestColumns, type StoredDigest } from './stored-digest.ts';
import { entryKey } from './resolve-digest.ts';
import type { Transaction } from '../database/transaction.ts';

/**
 * Makes `guesses`, digests of the same source and day whose languages were guesses, part of `into`, and gives that as it is
 * then. The keys of entries hold their digest's language: they follow it.
 */
export async function takeOver(
  tx: Transaction,
  guesses: readonly StoredDigest[],
  into: StoredDigest,
): Promise<StoredDigest> {
  if (guesses.length === 0) return into;
  await tx.execute`create temporary table moved_entry (entry_id int primary key) on commit drop`;
  let merged = into;
  for (const guess of guesses) merged = await mergeDigests(tx, guess, merged);
  await rekey(tx, into.id);
  return merged;
}

/** Makes staged entries that `takeOver` has moved count as new: nobody has met them in this language. For after `storeEntries`. */
export async function markMoved(tx: Transaction): Promise<void> {
  await tx.execute`
    update staged s set added = true, changed = true from moved_entry m where m.entry_id = s.entry_id`;
}

/** Moves everything of the digest `from` into `into`, and drops `from`. Entries that both print become one. */
async function mergeDigests(tx: Transaction, from: StoredDigest, into: StoredDigest): Promise<StoredDigest> {
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
  // Whatever is told of the papers by language changes, even where the file at hand changes nothing else.
  await tx.execute`
    insert into affected (paper_id) select distinct paper_id from digest_entry where digest_id = ${into.id}
    on conflict do nothing`;
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
      and kept.paper_id = moved.paper_id and kept.content_hash = moved.content_hash and kept.twin = moved.twin
    where moved.digest_id = ${from.id}`;
  await moveEvents(tx, { from: from.id, into: into.id, replaced });
}

async function rekey(tx: Transaction, digestId: number): Promise<void> {
  await tx.execute`
    update digest_entry e set key = ${entryKey}
    from digest d, source s, paper p
    where e.digest_id = ${digestId} and d.id = e.digest_id and s.id = d.source_id and p.id = e.paper_id`;
}
