import type { Statement } from '../digest/digest.ts';
import { fold, foldSpaces } from '../language/fold.ts';
import { paperState, type Observation, type PaperState } from './paper-state.ts';
import type { Transaction } from './transaction.ts';

const CHUNK = 500;

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
 * none is), stores what is new, marks there which papers were `revised` in a field of their own, and keeps the
 * counters of authors and categories.
 */
export async function updatePapers(tx: Transaction): Promise<void> {
  for (let after = 0; ;) {
    const ids = await nextPapers(tx, after);
    if (ids.length === 0) break;
    await updateChunk(tx, ids);
    after = Math.max(...ids);
  }
  await count(tx);
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
  await writePapers(tx, differing);
  await markRevised(
    tx,
    differing.filter(({ old, now }) => ownFields(old) !== ownFields(now)).map(({ id }) => id),
  );
  const lists = differing.filter(({ old, now }) => listFields(old) !== listFields(now));
  await writeAuthors(tx, lists);
  await writeCategories(tx, lists);
}

interface Change {
  readonly id: number;
  readonly old: PaperState;
  readonly now: PaperState;
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

async function writePapers(tx: Transaction, changes: readonly Change[]): Promise<void> {
  const rows = changes.map(({ id, now }) => ({ id, ...now, titleFolded: fold(now.title) }));
  await tx.execute`
    update paper p set version = n.version, title = n.title, title_folded = n."titleFolded", abstract = n.abstract,
      comment = n.comment, code_url = n."codeUrl", code_stars = n."codeStars", code_updated_on = n."codeUpdatedOn",
      subject_classes = n."subjectClasses", first_digest_date = n."firstDigestDate", updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(id int, version int, title text, "titleFolded" text,
      abstract text, comment text, "codeUrl" text, "codeStars" int, "codeUpdatedOn" date, "subjectClasses" text[],
      "firstDigestDate" date)
    where p.id = n.id`;
}

async function markRevised(tx: Transaction, ids: readonly number[]): Promise<void> {
  await tx.execute`update affected set revised = true where not added and paper_id = any(${ids})`;
}

async function writeAuthors(tx: Transaction, changes: readonly Change[]): Promise<void> {
  const rows = changes.flatMap(({ id, now }) =>
    now.authors.map((printed, index) => {
      const name = foldSpaces(printed);
      return { paper_id: id, position: index + 1, printed_name: printed, name, name_folded: fold(name) };
    }),
  );
  const ids = changes.map(({ id }) => id);
  await tx.execute`
    with gone as (delete from authorship where paper_id = any(${ids}) returning author_id)
    insert into touched_author select distinct author_id from gone`;
  const json = JSON.stringify(rows);
  await tx.execute`
    insert into author (name, name_folded)
    select distinct on (name) name, name_folded from jsonb_to_recordset(${json}::jsonb) as n(name text, name_folded text)
    on conflict (name) do nothing`;
  await tx.execute`
    with fresh as (
      insert into authorship (paper_id, position, author_id, printed_name, first_digest_date, arxiv_order)
      select n.paper_id, n.position, a.id, n.printed_name, p.first_digest_date, p.arxiv_order
      from jsonb_to_recordset(${json}::jsonb) as n(paper_id int, position int, printed_name text, name text)
        join author a on a.name = n.name join paper p on p.id = n.paper_id
      returning author_id
    )
    insert into touched_author select distinct author_id from fresh`;
}

async function writeCategories(tx: Transaction, changes: readonly Change[]): Promise<void> {
  const rows = changes.flatMap(({ id, now }) =>
    now.categories.map((code, index) => ({ paper_id: id, position: index + 1, code })),
  );
  const ids = changes.map(({ id }) => id);
  await tx.execute`
    with gone as (delete from paper_category where paper_id = any(${ids}) returning category_id)
    insert into touched_category select distinct category_id from gone`;
  const json = JSON.stringify(rows);
  await tx.execute`
    insert into category (code, aliases)
    select distinct code, '{}'::text[] from jsonb_to_recordset(${json}::jsonb) as n(code text)
    on conflict (code) do nothing`;
  await tx.execute`
    with fresh as (
      insert into paper_category (paper_id, position, category_id, first_digest_date, arxiv_order)
      select n.paper_id, n.position, c.id, p.first_digest_date, p.arxiv_order
      from jsonb_to_recordset(${json}::jsonb) as n(paper_id int, position int, code text)
        join category c on c.code = n.code join paper p on p.id = n.paper_id
      returning category_id
    )
    insert into touched_category select distinct category_id from fresh`;
  await tx.execute`
    update paper p set primary_category_id = k.category_id
    from (select unnest(${ids}::int[]) as id) changed
      left join paper_category k on k.paper_id = changed.id and k.position = 1
    where p.id = changed.id and p.primary_category_id is distinct from k.category_id`;
}

/** Counts afresh for what was touched, so that the counters cannot drift; names that no paper has any more go. */
async function count(tx: Transaction): Promise<void> {
  await tx.execute`
    update author a set paper_count = counted.papers
    from (
      select t.id, count(distinct k.paper_id) as papers
      from (select distinct id from touched_author) t left join authorship k on k.author_id = t.id group by t.id
    ) counted
    where counted.id = a.id and counted.papers <> a.paper_count`;
  await tx.execute`
    delete from author a using (select distinct id from touched_author) t
    where t.id = a.id and not exists (select 1 from authorship k where k.author_id = a.id)`;
  await tx.execute`
    update category c set paper_count = counted.papers
    from (
      select t.id, count(k.paper_id) as papers
      from (select distinct id from touched_category) t left join paper_category k on k.category_id = t.id group by t.id
    ) counted
    where counted.id = c.id and counted.papers <> c.paper_count`;
  await tx.execute`
    delete from category c
    where c.name is null and c.paper_count = 0
      and not exists (select 1 from digest_entry e where e.section_id = c.id)
      and not exists (select 1 from paper_category k where k.category_id = c.id)`;
}
