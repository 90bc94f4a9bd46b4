import type { StoredDigest } from '../digests/stored-digest.ts';
import type { Transaction } from '../../database/transaction.ts';

/**
 * Numbers the digest's current entries from 1 and counts them. The order is that of its Markdown, then
 * entries that only its JSONL lists. Without Markdown it is the order in which the producer would print
 * sections: cs.CV, cs.CL, then the others as they first appear. A raw listing keeps its own order.
 */
export async function numberEntries(tx: Transaction, digest: StoredDigest): Promise<void> {
  await tx.execute`
    with entry as (
      select e.id, e.markdown_position, e.jsonl_position, c.code,
        min(e.jsonl_position) over (partition by e.section_id) as section_position
      from digest_entry e left join category c on c.id = e.section_id
      where e.digest_id = ${digest.id} and e.current
    ), layout as (
      select exists (select 1 from entry where markdown_position is not null) as printed,
        (select language is not null from digest where id = ${digest.id}) as sectioned
    ), numbered as (
      select entry.id, row_number() over (order by markdown_position nulls last,
        case when printed or not sectioned then null
          when code = 'cs.CV' then -2 when code = 'cs.CL' then -1 else section_position end,
        jsonl_position) as position
      from entry, layout
    )
    update digest_entry e set position = numbered.position
    from numbered where numbered.id = e.id and numbered.position <> e.position`;
  await tx.execute`
    update digest
    set entry_count = (select count(*) from digest_entry where digest_id = ${digest.id} and current)
    where id = ${digest.id}`;
}
