import { hasText } from '../../database/model.ts';
import type { Transaction } from '../../database/transaction.ts';
import { searchTerms } from '../papers/index-papers.ts';
import { INDEX_VERSION, searchVectors, type VectorTexts } from '../papers/search-vectors.ts';
import type { Ordinals } from './staged-table.ts';

/**
 * Creates the temporary tables `prepared` and `prepared_term`: search vectors and terms of staged entries. They
 * are made while the file is read, so that a new paper's rows are only copied while the store is locked. Only
 * this file reads and writes them.
 */
export async function createPreparedIndex(tx: Transaction): Promise<void> {
  await tx.execute`
    create temporary table prepared (ordinal int primary key, vector tsvector not null, clipped boolean not null)
    with (toast_tuple_target = 8160) on commit drop`;
  await tx.execute`
    create temporary table prepared_term (ordinal int, term text collate "C", word text not null,
      weight int not null, primary key (ordinal, term)) on commit drop`;
}

/** Prepares these staged entries, if the store does not have their papers now. An `id` is an ordinal. */
export async function prepareIndex(tx: Transaction, texts: readonly VectorTexts[]): Promise<void> {
  const known = await tx.query<{ arxivId: string }>`
    select arxiv_id as "arxivId" from paper where arxiv_id = any(${texts.map(({ arxivId }) => arxivId)})`;
  const ids = new Set(known.map(({ arxivId }) => arxivId));
  const unknown = texts.filter(({ arxivId }) => !ids.has(arxivId));
  if (unknown.length > 0) await insertPrepared(tx, unknown);
}

async function insertPrepared(tx: Transaction, texts: readonly VectorTexts[]): Promise<void> {
  await tx.execute`
    insert into prepared (ordinal, vector, clipped)
    select id, vector, clipped from ${await searchVectors(tx, texts)} made`;
  await tx.execute`
    insert into prepared_term (ordinal, term, word, weight)
    select id, term, word, weight from ${await searchTerms(texts)} made`;
}

/** Indexes the new papers of which staged entries are the only ones. */
export async function indexNewPapers(tx: Transaction, [first, last]: Ordinals): Promise<void> {
  // Of papers that were removed since their entries were read.
  const missing = await tx.query<VectorTexts>`
    select ordinal as id, arxiv_id as "arxivId", statement->>'title' as title,
      statement->>'abstract' as abstract,
      case when ${hasText('s')} then jsonb_build_array(parts) else '[]'::jsonb end as summaries
    from staged s where sole and ordinal between ${first} and ${last}
      and not exists (select 1 from prepared p where p.ordinal = s.ordinal)`;
  if (missing.length > 0) await insertPrepared(tx, missing);
  await tx.execute`
    insert into paper_search (paper_id, vector, clipped, version)
    select s.paper_id, p.vector, p.clipped, ${INDEX_VERSION}::int from staged s join prepared p using (ordinal)
    where s.sole and s.ordinal between ${first} and ${last} and p.ordinal between ${first} and ${last}
    order by s.paper_id`;
  await tx.execute`
    insert into paper_term (paper_id, term, word, weight)
    select s.paper_id, p.term, p.word, p.weight from staged s join prepared_term p using (ordinal)
    where s.sole and s.ordinal between ${first} and ${last} and p.ordinal between ${first} and ${last}
    order by s.paper_id, p.term`;
}
