import { mapInSlices } from '../../time/slices.ts';
import { fold, foldSpaces } from '../../language/fold.ts';
import { spacedNameWords } from '../../search/name-words.ts';
import type { PaperState } from './paper-state.ts';
import type { Transaction } from '../../database/transaction.ts';

/** A paper whose state has changed. */
export interface PaperChange {
  readonly id: number;
  readonly old: PaperState;
  readonly now: PaperState;
}

/**
 * Creates the temporary table `touched`: authors and categories (one of the two per row) whose papers the
 * transaction changes. Only this file reads and writes it.
 */
export async function createLinkTable(tx: Transaction): Promise<void> {
  await tx.execute`create temporary table touched (author_id int, category_id int) on commit drop`;
}

/** Deletes the affected papers that no entry lists any more. Returns their number. */
export async function removeUnlistedPapers(tx: Transaction): Promise<number> {
  return await tx.execute`
    with unlisted as (
      select a.paper_id from affected a
      where not exists (select 1 from digest_entry e where e.paper_id = a.paper_id)
    ), unlinked as (
      insert into touched (author_id, category_id)
      select author_id, null from authorship where paper_id in (select paper_id from unlisted)
      union all
      select null, category_id from paper_category where paper_id in (select paper_id from unlisted)
    )
    delete from paper where id in (select paper_id from unlisted)`;
}

/** Adds the categories of these papers that the store does not have. */
export async function addCategories(tx: Transaction, changes: readonly PaperChange[]): Promise<void> {
  const codes = [...new Set(changes.flatMap(({ now }) => now.categories))];
  await tx.execute`
    insert into category (code, aliases) select code, '{}' from unnest(${codes}::text[]) code
    on conflict (code) do nothing`;
}

/** Replaces the authors of these papers. */
export async function linkAuthors(tx: Transaction, changes: readonly PaperChange[]): Promise<void> {
  const printed = changes.flatMap(({ id, now }) =>
    now.authors.map((name, index) => ({ paper_id: id, position: index + 1, printed_name: name })),
  );
  const rows = await mapInSlices(printed, (authorship) => {
    const name = foldSpaces(authorship.printed_name);
    return { ...authorship, name, name_folded: fold(name), words: spacedNameWords(name) };
  });
  const ids = changes.filter(({ old }) => old.authors.length > 0).map(({ id }) => id);
  await tx.execute`
    with unlinked as (delete from authorship where paper_id = any(${ids}) returning author_id)
    insert into touched (author_id) select distinct author_id from unlinked`;
  const json = JSON.stringify(rows);
  await tx.execute`
    insert into author (name, name_folded, name_words)
    select distinct on (name) name, name_folded, words
    from jsonb_to_recordset(${json}::jsonb) as n(name text, name_folded text, words text)
    on conflict (name) do nothing`;
  await tx.execute`
    with linked as (
      insert into authorship (paper_id, position, author_id, printed_name, first_digest_date, arxiv_order)
      select n.paper_id, n.position, a.id, n.printed_name, p.first_digest_date, p.arxiv_order
      from jsonb_to_recordset(${json}::jsonb) as n(paper_id int, position int, printed_name text, name text)
        join author a on a.name = n.name join paper p on p.id = n.paper_id
      returning author_id
    )
    insert into touched (author_id) select distinct author_id from linked`;
}

/** Replaces the categories of these papers. */
export async function linkCategories(tx: Transaction, changes: readonly PaperChange[]): Promise<void> {
  const rows = changes.flatMap(({ id, now }) =>
    now.categories.map((code, index) => ({ paper_id: id, position: index + 1, code })),
  );
  const ids = changes.filter(({ old }) => old.categories.length > 0).map(({ id }) => id);
  await tx.execute`
    with unlinked as (delete from paper_category where paper_id = any(${ids}) returning category_id)
    insert into touched (category_id) select distinct category_id from unlinked`;
  await tx.execute`
    with linked as (
      insert into paper_category (paper_id, position, category_id, first_digest_date, arxiv_order)
      select n.paper_id, n.position, c.id, p.first_digest_date, p.arxiv_order
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(paper_id int, position int, code text)
        join category c on c.code = n.code join paper p on p.id = n.paper_id
      returning category_id
    )
    insert into touched (category_id) select distinct category_id from linked`;
}

/**
 * Counts the papers of every touched author and category. Counting afresh, not by differences, keeps these
 * counters from drifting. Deletes authors without papers, and categories outside arXiv's taxonomy (they have
 * no name) that nothing refers to.
 */
export async function countLinks(tx: Transaction): Promise<void> {
  await tx.execute`
    update author a set paper_count = counted.papers
    from (
      select t.author_id as id, count(distinct k.paper_id) as papers
      from (select distinct author_id from touched where author_id is not null) t
        left join authorship k on k.author_id = t.author_id group by t.author_id
    ) counted
    where counted.id = a.id and counted.papers <> a.paper_count`;
  await tx.execute`
    delete from author a using (select distinct author_id as id from touched) t
    where t.id = a.id and not exists (select 1 from authorship k where k.author_id = a.id)`;
  await tx.execute`
    update category c set paper_count = counted.papers
    from (
      select t.category_id as id, count(k.paper_id) as papers
      from (select distinct category_id from touched where category_id is not null) t
        left join paper_category k on k.category_id = t.category_id group by t.category_id
    ) counted
    where counted.id = c.id and counted.papers <> c.paper_count`;
  await tx.execute`
    delete from category c
    where c.name is null and c.paper_count = 0
      and not exists (select 1 from digest_entry e where e.section_id = c.id)
      and not exists (select 1 from paper_category k where k.category_id = c.id)`;
}
