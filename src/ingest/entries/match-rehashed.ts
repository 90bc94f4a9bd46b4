import { contentHash } from '../../digest/content-hash.ts';
import type { DigestForm, Statement, SummaryPart } from '../../digest/digest.ts';
import { printsAny } from '../../digest/markdown-template.ts';
import { mapInSlices } from '../../time/slices.ts';
import type { StoredDigest } from '../digests/stored-digest.ts';
import type { Transaction } from '../../database/transaction.ts';
import { summaryParts } from '../papers/summary-parts.ts';

const CHUNK = 100;

/**
 * Matches staged entries with stored ones of equal content whose stored hash differs. There are two
 * reasons for another hash: an earlier version computed it by other rules, or the staged file is Markdown,
 * whose template prints none of the AI text's parts.
 */
export async function matchRehashed(tx: Transaction, digest: StoredDigest, form: DigestForm): Promise<void> {
  await findUnmatched(tx, digest);
  let after = 0;
  for (let rows = await unmatched(tx, after); rows.length > 0; rows = await unmatched(tx, after)) {
    const hashed = await mapInSlices(rows, ({ id, statement, parts, hash }) => ({
      id,
      hash,
      now: hashAs(form, statement, parts ?? []),
    }));
    const rehashed = hashed.filter(({ hash, now }) => hash !== now);
    if (rehashed.length > 0) await match(tx, rehashed);
    after = Math.max(...rows.map(({ id }) => id));
  }
}

interface StoredEntry {
  id: number;
  hash: string;
  statement: Statement;
  parts: SummaryPart[] | null;
}

/**
 * Stores current entries without a match, of papers that have staged entries without one, in the temporary
 * table `unmatched`. `not in` is looked up in a hash table, whatever Postgres expects of the staged entries; a
 * join may compare each with each.
 */
async function findUnmatched(tx: Transaction, digest: StoredDigest): Promise<void> {
  await tx.execute`create temporary table unmatched (id int primary key) on commit drop`;
  await tx.execute`
    insert into unmatched
    select e.id from digest_entry e
    where e.digest_id = ${digest.id} and e.current
      and e.id not in (select entry_id from staged where entry_id is not null)
      and e.paper_id in (select paper_id from staged where entry_id is null)`;
}

async function unmatched(tx: Transaction, after: number): Promise<StoredEntry[]> {
  return await tx.query<StoredEntry>`
    select e.id, e.content_hash as hash, e.statement, ${summaryParts} as parts
    from (select id from unmatched where id > ${after} order by id limit ${CHUNK}) u
      join digest_entry e on e.id = u.id left join summary m on m.entry_id = e.id
    order by e.id`;
}

/** The hash that a stored entry would have if it came in this form now. */
function hashAs(form: DigestForm, statement: Statement, parts: readonly SummaryPart[]): string {
  const isLost = form === 'MARKDOWN' && !printsAny(parts);
  return contentHash({ statement, parts: isLost ? [] : parts });
}

/** Pairs entries of equal hash; where a paper has several, in order. */
async function match(tx: Transaction, rehashed: readonly { id: number; now: string }[]): Promise<void> {
  await tx.execute`
    with rehashed as (
      select e.id, e.paper_id, r.now, row_number() over (partition by e.paper_id, r.now order by e.id) as nth
      from jsonb_to_recordset(${JSON.stringify(rehashed)}::jsonb) as r(id int, now text)
        join digest_entry e on e.id = r.id
    ), fresh as (
      select s.ordinal, s.paper_id, s.content_hash,
        row_number() over (partition by s.paper_id, s.content_hash order by s.ordinal) as nth
      from staged s where s.entry_id is null
    ), pair as (
      select fresh.ordinal, rehashed.id from fresh join rehashed using (paper_id, nth)
      where rehashed.now = fresh.content_hash
    )
    update staged s set entry_id = pair.id from pair where pair.ordinal = s.ordinal`;
}
