import type { Pool } from '../database/store-pool.ts';
import { sql } from '../database/sql.ts';
import { languageSpellings } from '../language/language-range.ts';
import { rememberValues } from './count-values.ts';
import { lockStore, transaction, type Transaction } from '../database/transaction.ts';
import { createWorkTables, updatePapers } from './update-papers.ts';

/** Which digests: all of a source, or those of a day, or one language of them. */
export interface Selection {
  readonly source: string;
  /** YYYY-MM-DD */
  readonly date?: string | undefined;
  /** BCP 47 */
  readonly language?: string | undefined;
}

/** What a removal took, as numbers of rows. */
export interface Removal {
  readonly digests: number;
  readonly entries: number;
  /** Papers that stood in no other digest. */
  readonly papers: number;
}

/** What `removeDigests` would take of the store as it is. */
export async function countDigests(pool: Pool, selection: Selection): Promise<number> {
  return await transaction(pool, async (tx) => (await selected(tx, selection)).length);
}

/**
 * Takes the selected digests out of the store in one transaction, with the papers that stand in no other digest; the
 * others' states are worked out again, as if the digests had never come in.
 */
export async function removeDigests(pool: Pool, selection: Selection): Promise<Removal> {
  return await transaction(pool, async (tx) => {
    await lockStore(tx);
    const ids = await selected(tx, selection);
    await createWorkTables(tx);
    const entries = await removeEntries(tx, ids);
    await rememberValues(tx);
    const papers = await removePapers(tx);
    await updatePapers(tx);
    await tx.execute`delete from digest where id = any(${ids})`;
    await tx.execute`
      delete from source s where name = ${selection.source} and not exists (select 1 from digest d where d.source_id = s.id)`;
    return { digests: ids.length, entries, papers };
  });
}

async function selected(tx: Transaction, { source, date, language }: Selection): Promise<number[]> {
  const tags = language === undefined ? undefined : languageSpellings(language);
  const rows = await tx.query<{ id: number; date: string; language: string | null }>`
    select d.id, d.date::text as date, d.language from digest d join source s on s.id = d.source_id
    where s.name = ${source}
      ${date === undefined ? sql.empty : sql`and d.date = ${date}::text::date`}
      ${tags === undefined ? sql.empty : sql`and d.language = any(${tags}::text[])`}
    order by d.id`;
  if (tags === undefined) return rows.map(({ id }) => id);
  // Of each day, the one whose tag comes first: `zh` is `zh-CN` where there is no `zh-CN`.
  const best = new Map<string, { id: number; rank: number }>();
  for (const { id, date: day, language: tag } of rows) {
    const rank = tags.indexOf(tag ?? '');
    if (rank < (best.get(day)?.rank ?? Infinity)) best.set(day, { id, rank });
  }
  return [...best.values()].map(({ id }) => id);
}

async function removeEntries(tx: Transaction, digestIds: readonly number[]): Promise<number> {
  await tx.execute`
    insert into affected (paper_id) select distinct paper_id from digest_entry where digest_id = any(${digestIds})`;
  return await tx.execute`delete from digest_entry where digest_id = any(${digestIds})`;
}

/** Authors and categories of what goes are counted again with those of what changes. */
async function removePapers(tx: Transaction): Promise<number> {
  await tx.execute`
    create temporary table gone on commit drop as select paper_id from affected a
    where not exists (select 1 from digest_entry e where e.paper_id = a.paper_id)`;
  await tx.execute`
    insert into touched_author select author_id from authorship where paper_id in (select paper_id from gone)`;
  await tx.execute`
    insert into touched_category select category_id from paper_category where paper_id in (select paper_id from gone)`;
  return await tx.execute`delete from paper where id in (select paper_id from gone)`;
}
