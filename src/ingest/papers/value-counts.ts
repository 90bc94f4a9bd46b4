import { countKind, PAPER_COUNT_KINDS, type PaperCountKind } from '../../database/model.ts';
import { sql, type Sql } from '../../database/sql.ts';
import type { Transaction } from '../../database/transaction.ts';

/** SQL: the values of each kind that the paper `p` has; `''` if the kind has one value only. */
const VALUES: Readonly<Record<PaperCountKind, Sql>> = {
  PAPER: sql`select ''`,
  CODE: sql`select '' where p.has_code`,
  SUMMARY: sql`select '' where p.has_summary`,
  SOURCE: sql`select source::text from unnest(p.source_ids) source`,
  LANGUAGE: sql`select language from unnest(p.languages) language`,
  DAY: sql`select day::text from unnest(p.days) day`,
  WEEK: sql`select distinct date_trunc('week', day::timestamp)::date::text from unnest(p.days) day`,
  MONTH: sql`select distinct date_trunc('month', day::timestamp)::date::text from unnest(p.days) day`,
};

/**
 * SQL: a row (kind, value, papers) for each value of the affected papers that meet a condition. Papers that
 * are equal in all values, as most of a digest are, are counted together. Papers that are not indexed yet do
 * not count.
 */
function countValues(condition: Sql): Sql {
  const kinds = PAPER_COUNT_KINDS.map(
    (kind) => sql`select ${countKind(kind)} as kind, value from (${VALUES[kind]}) v(value)`,
  );
  return sql`
    select v.kind, v.value, sum(p.papers)::int as papers
    from (
      select code_url is not null as has_code, has_summary, source_ids, languages, days, count(*) as papers
      from affected a join paper on paper.id = a.paper_id join paper_search s on s.paper_id = a.paper_id
      where ${condition} group by 1, 2, 3, 4, 5
    ) p cross join lateral (${sql.join(kinds, ' union all ')}) v
    group by v.kind, v.value`;
}

/**
 * Counts, in the temporary table `counted`, the values of the affected papers before they change or are
 * deleted; new papers have none before. Returns the function that updates `paper_count` by the difference
 * once they have changed.
 */
export async function trackCounts(tx: Transaction): Promise<() => Promise<void>> {
  await tx.execute`
    create temporary table counted on commit drop as ${countValues(sql`not a.added`)}`;
  return async () => await updateCounts(tx);
}

async function updateCounts(tx: Transaction): Promise<void> {
  await tx.execute`
    with change as materialized (
      select kind, value, sum(papers)::int as papers from (
        ${countValues(sql`true`)} union all select kind, value, -papers from counted
      ) each group by kind, value having sum(papers) <> 0
    ), known as (
      update paper_count c set papers = c.papers + change.papers
      from change where change.kind = c.kind and change.value = c.value returning c.kind, c.value
    )
    insert into paper_count (kind, value, papers)
    select kind, value, papers from change
    where not exists (select 1 from known k where k.kind = change.kind and k.value = change.value)`;
  await tx.execute`delete from paper_count where papers = 0`;
}
