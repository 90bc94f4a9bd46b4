import { mapInSlices } from '../../time/slices.ts';
import { authorFields, authorRows } from './paper-row.ts';
import type { PaperState } from './paper-state.ts';
import type { Transaction } from '../../database/transaction.ts';

/** A paper whose state has changed. */
export interface PaperChange {
  readonly id: number;
  readonly old: PaperState;
  readonly now: PaperState;
}

/**
 * Creates the temporary table `touched`: authors and categories (one of the two per row), and how many papers
 * the transaction adds to each or, negative, takes away. Only this file reads and writes it.
 */
export async function createLinkTable(tx: Transaction): Promise<void> {
  await tx.execute`create temporary table touched (author_id int, category_id int, papers int) on commit drop`;
}

/** Deletes the affected papers that no entry lists any more. Returns their number. */
export async function removeUnlistedPapers(tx: Transaction): Promise<number> {
  return await tx.execute`
    with unlisted as (
      select a.paper_id from affected a
      where not exists (select 1 from digest_entry e where e.paper_id = a.paper_id)
    ), unlinked as (
      insert into touched (author_id, category_id, papers)
      select author_id, null, -count(distinct paper_id) from authorship
      where paper_id in (select paper_id from unlisted) group by author_id
      union all
      select null, category_id, -count(*) from paper_category
      where paper_id in (select paper_id from unlisted) group by category_id
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
  const rows = (await mapInSlices(changes, ({ id, now }) => authorRows(id, now))).flat();
  const ids = changes.filter(({ old }) => old.authors.length > 0).map(({ id }) => id);
  await tx.execute`
    with unlinked as (delete from authorship where paper_id = any(${ids}) returning author_id, paper_id)
    insert into touched (author_id, papers)
    select author_id, -count(distinct paper_id) from unlinked group by author_id`;
  const json = JSON.stringify(rows);
  await tx.execute`
    insert into author (name, name_folded, name_words)
    select distinct on (name) name, folded, words
    from jsonb_to_recordset(${json}::jsonb) as n(${authorFields})
    on conflict (name) do nothing`;
  await tx.execute`
    with linked as (
      insert into authorship (paper_id, position, author_id, printed_name, first_digest_date, arxiv_order)
      select n.id, n.position, a.id, n.printed, p.first_digest_date, p.arxiv_order
      from jsonb_to_recordset(${json}::jsonb) as n(${authorFields})
        join author a on a.name = n.name join paper p on p.id = n.id
      returning author_id, paper_id
    )
    insert into touched (author_id, papers)
    select author_id, count(distinct paper_id) from linked group by author_id`;
}

/** Replaces the categories of these papers. */
export async function linkCategories(tx: Transaction, changes: readonly PaperChange[]): Promise<void> {
  const rows = changes.flatMap(({ id, now }) =>
    now.categories.map((code, index) => ({ paper_id: id, position: index + 1, code })),
  );
  const ids = changes.filter(({ old }) => old.categories.length > 0).map(({ id }) => id);
  await tx.execute`
    with unlinked as (delete from paper_category where paper_id = any(${ids}) returning category_id)
    insert into touched (category_id, papers)
    select category_id, -count(*) from unlinked group by category_id`;
  await tx.execute`
    with linked as (
      insert into paper_category (paper_id, position, category_id, first_digest_date, arxiv_order)
      select n.paper_id, n.position, c.id, p.first_digest_date, p.arxiv_order
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(paper_id int, position int, code text)
        join category c on c.code = n.code join paper p on p.id = n.paper_id
      returning category_id
    )
    insert into touched (category_id, papers)
    select category_id, count(*) from linked group by category_id`;
}

/**
 * Updates the counters of every touched author and category by the difference. Deletes authors without
 * papers, and categories outside arXiv's taxonomy (they have no name) that nothing refers to.
 */
export async function countLinks(tx: Transaction): Promise<void> {
  await tx.execute`
    update author a set paper_count = a.paper_count + change.papers
    from (
      select author_id as id, sum(papers)::int as papers from touched where author_id is not null
      group by author_id having sum(papers) <> 0
    ) change
    where change.id = a.id`;
  await tx.execute`
    delete from author a using (select distinct author_id as id from touched) t
    where t.id = a.id and a.paper_count = 0`;
  await tx.execute`
    update category c set paper_count = c.paper_count + change.papers
    from (
      select category_id as id, sum(papers)::int as papers from touched where category_id is not null
      group by category_id having sum(papers) <> 0
    ) change
    where change.id = c.id`;
  await tx.execute`
    delete from category c
    where c.name is null and c.paper_count = 0
      and not exists (select 1 from digest_entry e where e.section_id = c.id)
      and not exists (select 1 from paper_category k where k.category_id = c.id)`;
}
