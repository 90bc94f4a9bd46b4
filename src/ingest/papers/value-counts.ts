import { countKind, PAPER_COUNT_KINDS, type PaperCountKind } from '../../database/model.ts';
import { sql, type Sql } from '../../database/sql.ts';
import type { Transaction } from '../../database/transaction.ts';

/** SQL: the values of each kind that the paper `p` has; `''` if the kind has one value only. */
const VALUES: Readonly<Record<PaperCountKind, Sql>> = {
  PAPER: sql`select ''`,
  CODE: sql`select '' where p.code_url is not null`,
  SUMMARY: sql`select '' where p.has_summary`,
  SOURCE: sql`select source::text from unnest(p.source_ids) source`,
  LANGUAGE: sql`select language from unnest(p.languages) language`,
  DAY: sql`select day::text from unnest(p.days) day`,
  WEEK: sql`select distinct date_trunc('week', day::timestamp)::date::text from unnest(p.days) day`,
  MONTH: sql`select distinct date_trunc('month', day::timestamp)::date::text from unnest(p.days) day`,
};

/**
 * SQL: a row (kind, value) for each value of each affected paper. Papers that are not indexed yet do not
 * count.
 */
const AFFECTED_VALUES = sql`
  from affected a join paper p on p.id = a.paper_id cross join lateral (${sql.join(
    PAPER_COUNT_KINDS.map(
      (kind) => sql`select ${countKind(kind)} as kind, value from (${VALUES[kind]}) v(value)`,
    ),
    ' union all ',
  )}) v
  where exists (select 1 from paper_search s where s.paper_id = p.id)`;

/**
 * Counts, in the temporary table `counted`, the values of the affected papers before they change or are
 * deleted. Returns the function that updates `paper_count` by the difference once they have changed.
 */
export async function trackCounts(tx: Transaction): Promise<() => Promise<void>> {
  await tx.execute`
    create temporary table counted on commit drop as
    select v.kind, v.value, count(*)::int as papers ${AFFECTED_VALUES} group by v.kind, v.value`;
  return async () => await updateCounts(tx);
}

async function updateCounts(tx: Transaction): Promise<void> {
  await tx.execute`
    insert into paper_count (kind, value, papers)
    select distinct v.kind, v.value, 0 ${AFFECTED_VALUES} on conflict do nothing`;
  await tx.execute`
    update paper_count c set papers = c.papers + change.papers
    from (
      select kind, value, sum(papers)::int as papers from (
        select v.kind, v.value, 1 as papers ${AFFECTED_VALUES}
        union all select kind, value, -papers from counted
      ) each group by kind, value having sum(papers) <> 0
    ) change
    where change.kind = c.kind and change.value = c.value`;
  await tx.execute`delete from paper_count where papers = 0`;
}
