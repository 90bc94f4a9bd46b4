import type { Statement } from '../digest/digest.ts';
import { fold, foldSpaces } from '../language/fold.ts';
import { countPapers } from './count-papers.ts';
import { countValues } from './count-values.ts';
import { indexPapers } from './index-papers.ts';
import { addCategories, linkAuthors, linkCategories, type PaperChange } from './link-papers.ts';
import { paperState, type Observation, type PaperState } from './paper-state.ts';
import type { Transaction } from './transaction.ts';

const CHUNK = 100;

/** The temporary tables in which a change gathers what it touches; they end with the transaction. */
export async function createWorkTables(tx: Transaction): Promise<void> {
  await tx.execute`
    create temporary table affected (paper_id int primary key, added boolean not null default false,
      revised boolean not null default false) on commit drop`;
  await tx.execute`create temporary table touched_author (id int) on commit drop`;
  await tx.execute`create temporary table touched_category (id int) on commit drop`;
}

/**
 * Works out the state of every paper in the temporary table `affected` from its entries (the current ones; all where
 * none is), stores what is new, marks there which papers were `revised` in a field of their own, indexes them, and keeps
 * the counters. `rememberValues` comes before it.
 */
export async function updatePapers(tx: Transaction): Promise<void> {
  // Nobody else can see the new rows yet, autovacuum neither: without this, plans are made for the tables as they were.
  if ((await nextPapers(tx, 0)).length === 0) return;
  await tx.execute`analyze affected, digest_entry, paper (id)`;
  for (let after = 0; ;) {
    const ids = await nextPapers(tx, after);
    if (ids.length === 0) break;
    await updateChunk(tx, ids);
    await indexPapers(tx, ids);
    after = Math.max(...ids);
  }
  await countPapers(tx);
  await countValues(tx);
}

async function nextPapers(tx: Transaction, after: number): Promise<number[]> {
  const rows = await tx.query<{ paper_id: number }>`
    select paper_id from affected where paper_id > ${after} order by paper_id limit ${CHUNK}`;
  return rows.map((row) => row.paper_id);
}

async function updateChunk(tx: Transaction, ids: readonly number[]): Promise<void> {
  const [before, observations] = [await storedStates(tx, ids), await observe(tx, ids)];
  const changes = ids.flatMap((id) => {
    const seen = observations.get(id);
    const old = before.get(id);
    return seen === undefined || old === undefined ? [] : [{ id, old, now: normalised(paperState(seen)) }];
  });
  const differing = changes.filter(({ old, now }) => JSON.stringify(old) !== JSON.stringify(now));
  if (differing.length === 0) return;
  await addCategories(tx, differing);
  await writePapers(tx, differing);
  await markRevised(
    tx,
    differing.filter(({ old, now }) => ownFields(old) !== ownFields(now)).map(({ id }) => id),
  );
  const lists = differing.filter(({ old, now }) => listFields(old) !== listFields(now));
  await linkAuthors(tx, lists);
  await linkCategories(tx, lists);
}

/** Fields in one order and names without what the store folds, so that states compare as text. */
function normalised(state: PaperState): PaperState {
  return {
    version: state.version,
    title: state.title,
    abstract: state.abstract,
    comment: state.comment,
    codeUrl: state.codeUrl,
    codeStars: state.codeStars,
    codeUpdatedOn: state.codeUpdatedOn,
    authors: state.authors.filter((name) => foldSpaces(name) !== ''),
    categories: state.categories,
    subjectClasses: state.subjectClasses,
    firstDigestDate: state.firstDigestDate,
  };
}

/** What makes a paper revised: all but the stars and the date of its code and the day it was first listed. */
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

function listFields({ authors, categories, firstDigestDate }: PaperState): string {
  return JSON.stringify([authors, categories, firstDigestDate]);
}

async function storedStates(tx: Transaction, ids: readonly number[]): Promise<Map<number, PaperState>> {
  const rows = await tx.query<PaperState & { id: number }>`
    select p.id, p.version, p.title, p.abstract, p.comment, p.code_url as "codeUrl", p.code_stars as "codeStars",
      p.code_updated_on::text as "codeUpdatedOn",
      array(select printed_name from authorship where paper_id = p.id order by position) as authors,
      array(select c.code from paper_category k join category c on c.id = k.category_id
        where k.paper_id = p.id order by k.position) as categories,
      p.subject_classes as "subjectClasses", p.first_digest_date::text as "firstDigestDate"
    from paper p where p.id = any(${ids})`;
  return new Map(rows.map(({ id, ...state }) => [id, normalised(state)]));
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

// Lists are sorted by an index, which holds 2,704 bytes of a row: far more than any title has.
const SORTED_CHARACTERS = 500;

/** What of a folded title it is sorted and suggested by. */
function beginning(folded: string): string {
  return Array.from(folded).slice(0, SORTED_CHARACTERS).join('');
}

async function writePapers(tx: Transaction, changes: readonly PaperChange[]): Promise<void> {
  const rows = changes.map(({ id, now }) => ({
    id,
    ...now,
    titleFolded: beginning(fold(now.title)),
    primary: now.categories[0],
  }));
  await tx.execute`
    update paper p set version = n.version, title = n.title, title_folded = n."titleFolded", abstract = n.abstract,
      comment = n.comment, code_url = n."codeUrl", code_stars = n."codeStars", code_updated_on = n."codeUpdatedOn",
      subject_classes = n."subjectClasses", first_digest_date = n."firstDigestDate", updated_at = now(),
      primary_category_id = (select c.id from category c where c.code = n."primary")
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(id int, version int, title text, "titleFolded" text,
      abstract text, comment text, "codeUrl" text, "codeStars" int, "codeUpdatedOn" date, "subjectClasses" text[],
      "firstDigestDate" date, "primary" text)
    where p.id = n.id`;
}

async function markRevised(tx: Transaction, ids: readonly number[]): Promise<void> {
  await tx.execute`update affected set revised = true where not added and paper_id = any(${ids})`;
}
