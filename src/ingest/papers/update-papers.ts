import type { Statement } from '../../digest/digest.ts';
import { mapInSlices } from '../../time/slices.ts';
import type { AffectedPapers } from './affected-papers.ts';
import { batches } from './batches.ts';
import { indexPapers } from './index-papers.ts';
import { addCategories, linkAuthors, linkCategories, type PaperChange } from './paper-links.ts';
import { normalised, paperFields, paperRow } from './paper-row.ts';
import { paperState, type Observation, type PaperState } from './paper-state.ts';
import type { Transaction } from '../../database/transaction.ts';

/**
 * Computes the fields, authors and categories of every affected paper from its entries: the current ones, or
 * all of them if none is current. Stores the differences, marks revised papers, and indexes all of them.
 */
export async function updatePapers(tx: Transaction, affected: AffectedPapers): Promise<void> {
  for await (const ids of affected.chunks()) await updateChunk(tx, affected, ids);
}

async function updateChunk(tx: Transaction, affected: AffectedPapers, ids: readonly number[]): Promise<void> {
  const before = await storedStates(tx, ids);
  const observations = await observe(tx, ids);
  const papers = await mapInSlices(ids, (id): PaperWork => {
    const seen = observations.get(id);
    const old = before.get(id);
    const known = seen !== undefined && old !== undefined;
    return { id, change: known ? { id, old, now: normalised(paperState(seen)) } : undefined };
  });
  for (const batch of batches(papers, sizeOf)) {
    await storeStates(
      tx,
      affected,
      batch.flatMap(({ change }) => change ?? []),
    );
    await indexPapers(
      tx,
      batch.map(({ id }) => id),
    );
  }
}

interface PaperWork {
  readonly id: number;
  /** Undefined for a paper that was removed. */
  readonly change: PaperChange | undefined;
}

/** Roughly how many characters of SQL parameters the paper takes. */
function sizeOf({ change }: PaperWork): number {
  if (change === undefined) return 0;
  const { title, abstract, comment, authors } = change.now;
  return title.length + abstract.length + (comment?.length ?? 0) + 20 * authors.length;
}

async function storeStates(
  tx: Transaction,
  affected: AffectedPapers,
  changes: readonly PaperChange[],
): Promise<void> {
  const compared = await mapInSlices(changes, (change) => ({
    change,
    differs: JSON.stringify(change.old) !== JSON.stringify(change.now),
    revised: ownFields(change.old) !== ownFields(change.now),
    relinked: linkFields(change.old) !== linkFields(change.now),
  }));
  const differing = compared.filter(({ differs }) => differs);
  if (differing.length === 0) return;
  const all = differing.map(({ change }) => change);
  await addCategories(tx, all);
  await writePapers(tx, all);
  await affected.markRevised(differing.filter(({ revised }) => revised).map(({ change }) => change.id));
  const lists = differing.filter(({ relinked }) => relinked).map(({ change }) => change);
  await linkAuthors(tx, lists);
  await linkCategories(tx, lists);
}

/** The fields whose change makes a paper revised: not its first day, nor the stars and date of its code. */
function ownFields({
  version,
  title,
  abstract,
  comment,
  codeUrl,
  authors,
  categories,
  subjectClasses,
}: PaperState) {
  return JSON.stringify([version, title, abstract, comment, codeUrl, authors, categories, subjectClasses]);
}

/** The fields that authorships and categories are stored from. */
function linkFields({ authors, categories, firstDigestDate }: PaperState): string {
  return JSON.stringify([authors, categories, firstDigestDate]);
}

async function storedStates(tx: Transaction, ids: readonly number[]): Promise<Map<number, PaperState>> {
  const rows = await tx.query<PaperState & { id: number }>`
    select p.id, p.version, p.title, p.abstract, p.comment, p.code_url as "codeUrl",
      p.code_stars as "codeStars", p.code_updated_on::text as "codeUpdatedOn",
      array(select printed_name from authorship where paper_id = p.id order by position) as authors,
      array(select c.code from paper_category k join category c on c.id = k.category_id
        where k.paper_id = p.id order by k.position) as categories,
      p.subject_classes as "subjectClasses", p.first_digest_date::text as "firstDigestDate"
    from paper p where p.id = any(${ids})`;
  return new Map(await mapInSlices(rows, ({ id, ...state }) => [id, normalised(state)] as const));
}

async function observe(tx: Transaction, ids: readonly number[]): Promise<Map<number, Observation[]>> {
  const rows = await tx.query<Observation & { paperId: number; statement: Statement }>`
    select e.paper_id as "paperId", e.statement, d.date::text as date, s.name as source
    from digest_entry e join digest d on d.id = e.digest_id join source s on s.id = d.source_id
    where e.paper_id = any(${ids}) and (e.current or not exists (
      select 1 from digest_entry o where o.paper_id = e.paper_id and o.current))`;
  const observations = new Map<number, Observation[]>();
  for (const { paperId, ...observation } of rows) {
    const list = observations.get(paperId);
    if (list === undefined) observations.set(paperId, [observation]);
    else list.push(observation);
  }
  return observations;
}

async function writePapers(tx: Transaction, changes: readonly PaperChange[]): Promise<void> {
  const rows = await mapInSlices(changes, ({ id, now }) => paperRow(id, now));
  await tx.execute`
    update paper p
    set version = n.version, title = n.title, title_folded = n."titleFolded", abstract = n.abstract,
      comment = n.comment, code_url = n."codeUrl", code_stars = n."codeStars",
      code_updated_on = n."codeUpdatedOn", subject_classes = n."subjectClasses",
      first_digest_date = n."firstDigestDate", updated_at = now(),
      primary_category_id = (select c.id from category c where c.code = n.categories[1])
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(${paperFields})
    where p.id = n.id`;
}
