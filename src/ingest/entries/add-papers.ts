import { hasText } from '../../database/model.ts';
import { sql } from '../../database/sql.ts';
import type { Transaction } from '../../database/transaction.ts';
import type { StoredDigest } from '../digests/stored-digest.ts';
import type { AffectedPapers } from '../papers/affected-papers.ts';
import { storeNewPapers, type NewPaper, type NewPapersDigest } from '../papers/new-papers.ts';
import { indexNewPapers } from './prepared-index.ts';
import type { Ordinals } from './staged-table.ts';

/** The papers to add. */
interface Adding {
  readonly digest: StoredDigest;
  /** The chunks of the staged entries. */
  readonly chunks: readonly Ordinals[];
  readonly affected: AffectedPapers;
}

/**
 * Finds the papers of the staged entries, and adds those that the store does not have. A new paper with one
 * entry, as nearly all are, is stored completely. One with several entries stays empty until `changePapers`
 * computes its fields, later in the transaction.
 */
export async function addPapers(tx: Transaction, { digest, chunks, affected }: Adding): Promise<void> {
  await tx.execute`update staged s set paper_id = p.id from paper p where p.arxiv_id = s.arxiv_id`;
  await affected.add(sql`select paper_id from staged where paper_id is not null`);
  await numberPapers(tx);
  await affected.addNew(sql`
    select distinct s.paper_id, s.sole as finished from staged s
    where not exists (select 1 from affected a where a.paper_id = s.paper_id)`);
  await addEmptyPapers(tx, digest);
  const [named] = await tx.query<Omit<NewPapersDigest, 'id'>>`
    select d.date::text as date, s.name as source
    from digest d join source s on s.id = d.source_id where d.id = ${digest.id}`;
  if (named === undefined) throw new Error(`digest ${digest.id} was stored, but cannot be found`);
  for (const ordinals of chunks) {
    const papers = await newPapers(tx, ordinals);
    if (papers.length === 0) continue;
    await storeNewPapers(tx, { id: digest.id, ...named }, papers);
    await indexNewPapers(tx, ordinals);
  }
}

/** Gives ids to the new papers. */
async function numberPapers(tx: Transaction): Promise<void> {
  await tx.execute`
    with fresh as (
      select arxiv_id, count(*) = 1 as sole from staged where paper_id is null
      group by arxiv_id order by min(ordinal)
    ), numbered as materialized (
      select arxiv_id, sole, nextval(pg_get_serial_sequence('paper', 'id'))::int as id from fresh
    )
    update staged s set paper_id = n.id, sole = n.sole from numbered n where n.arxiv_id = s.arxiv_id`;
}

async function addEmptyPapers(tx: Transaction, digest: StoredDigest): Promise<void> {
  await tx.execute`
    insert into paper
      (id, arxiv_id, arxiv_order, title, title_folded, abstract, subject_classes, first_digest_date)
    select distinct s.paper_id, s.arxiv_id, s.arxiv_order, '', '', '', '{}'::text[],
      (select date from digest where id = ${digest.id})
    from staged s join affected a on a.paper_id = s.paper_id where a.added and not a.finished`;
}

async function newPapers(tx: Transaction, [first, last]: Ordinals): Promise<NewPaper[]> {
  return await tx.query<NewPaper>`
    select paper_id as id, arxiv_id as "arxivId", arxiv_order as "arxivOrder", statement,
      (${hasText('s')}) is true as "hasSummary"
    from staged s where sole and ordinal between ${first} and ${last} order by ordinal`;
}
