import type { Transaction } from '../database/transaction.ts';

/**
 * Counts the papers of the authors and categories in `touched_author` and `touched_category` afresh, so that the counters
 * cannot drift; names that no paper has any more go.
 */
export async function countPapers(tx: Transaction): Promise<void> {
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
