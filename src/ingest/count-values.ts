import { sql } from '../database/sql.ts';
import type { Transaction } from '../database/transaction.ts';

/** SQL: what the papers of the temporary table `affected` count for; a paper that is not indexed yet counts for nothing. */
const VALUES = sql`
  from affected a join paper p on p.id = a.paper_id cross join lateral (
    select 'PAPER', '' union all
    select 'CODE', '' where p.code_url is not null union all
    select 'SUMMARY', '' where p.has_summary union all
    select 'SOURCE', source::text from unnest(p.source_ids) source union all
    select 'LANGUAGE', language from unnest(p.languages) language union all
    select 'DAY', day::text from unnest(p.days) day union all
    select distinct 'WEEK', date_trunc('week', day::timestamp)::date::text from unnest(p.days) day union all
    select distinct 'MONTH', date_trunc('month', day::timestamp)::date::text from unnest(p.days) day
  ) v(kind, value)
  where exists (select 1 from paper_search s where s.paper_id = p.id)`;

/** Notes what the affected papers count for, before they change or go. Once in a transaction, before `countValues`. */
export async function rememberValues(tx: Transaction): Promise<void> {
  await tx.execute`
    create temporary table counted on commit drop as
    select v.kind, v.value, count(*)::int as papers ${VALUES} group by v.kind, v.value`;
}

/** Brings the counts of values up to date with what the affected papers count for now. */
export async function countValues(tx: Transaction): Promise<void> {
  await tx.execute`
    insert into paper_count (kind, value, papers)
    select kind, value, 0 from (select v.kind, v.value ${VALUES}) now group by kind, value on conflict do nothing`;
  await tx.execute`
    update paper_count c set papers = c.papers + change.papers
    from (
      select kind, value, sum(papers)::int as papers from (
        select v.kind, v.value, 1 as papers ${VALUES}
        union all select kind, value, -papers from counted
      ) each group by kind, value having sum(papers) <> 0
    ) change
    where change.kind = c.kind and change.value = c.value`;
  await tx.execute`delete from paper_count where papers = 0`;
}
