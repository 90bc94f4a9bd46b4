import { countKind, type PaperCountKind } from '../database/model.ts';
import { sql, type Sql } from '../database/sql.ts';
import type { DateRange } from './filters/conditions.ts';
import { parentsSql, type List } from './paging/list-sql.ts';
import type { ParentId } from './paging/by-parent.ts';
import type { Timeline } from './timeline.ts';

/** Arguments of each facet, by its name. */
interface FacetArgs {
  readonly categories: { readonly first: number };
  readonly authors: { readonly first: number };
  readonly sources: { readonly first: number };
  readonly languages: unknown;
  readonly withCode: unknown;
  readonly withSummary: unknown;
  readonly timeline: Timeline;
}

type FacetName = keyof FacetArgs;

/** A facet with its arguments. */
export type FacetWant<Name extends FacetName = FacetName> = {
  readonly [Each in Name]: { readonly facet: Each } & FacetArgs[Each];
}[Name];

/** A value that papers have, and the number of papers that have it. */
export interface FacetValue {
  /** A category's code, an author's or source's name, a language, or the first day of a bucket. */
  readonly value: string;
  readonly count: number;
  /** Id of the category, author or source; 0 for other facets. */
  readonly id: number;
}

/** A value of one facet of one parent's list. */
export interface FacetRow extends FacetValue {
  readonly parent: ParentId;
  /** Index of the facet in `wanted`. */
  readonly want: number;
}

/**
 * SQL: the wanted facets of a list under each parent, as FacetRow, most papers first. `counted`: the list has
 * all papers of the store, so that their counters can be read instead.
 */
export function facetsSql(
  {
    list,
    wanted,
    counted,
  }: { readonly list: List; readonly wanted: readonly FacetWant[]; readonly counted: boolean },
  parents: readonly ParentId[],
): Sql {
  const counts = wanted.map((want, index) => {
    const values = valuesSql(counted && isCounted(want) ? COUNTED : MATCHED, want);
    return sql`(
      select parent, ${index}::int as want, id, value collate "C" as value, count from (${values}) counted)`;
  });
  const distinct = list.repeats === true ? sql`distinct` : sql.empty;
  return sql`
    with matched as (
      select parent.id as parent, paper.* from ${parentsSql(parents)} cross join lateral (
        select ${distinct} p.id, p.code_url is not null as has_code, p.has_summary, p.source_ids,
          p.languages, p.days
        from ${list.fromRows ?? list.from} where ${list.where}
      ) paper
    )
    ${sql.join(counts, ' union all ')} order by want, count desc, value`;
}

/** How each facet counts: SQL that returns parent, id, value and count. */
type FacetSqls = { readonly [Name in FacetName]: (want: FacetWant<Name>) => Sql };

function valuesSql<Name extends FacetName>(facetSqls: FacetSqls, want: FacetWant<Name>): Sql {
  return facetSqls[want.facet](want);
}

/** Counts the papers in `matched`. */
const MATCHED: FacetSqls = {
  categories: ({ first }) =>
    top(first, {
      id: sql`k.category_id`,
      joined: sql`paper_category k on k.paper_id = m.id`,
      named: sql`category c on c.id = n.id`,
      value: sql`c.code`,
    }),
  authors: ({ first }) =>
    top(first, {
      id: sql`a.author_id`,
      joined: sql`authorship a on a.paper_id = m.id`,
      named: sql`author u on u.id = n.id`,
      value: sql`u.name`,
    }),
  sources: ({ first }) =>
    top(first, {
      id: sql`v.id`,
      joined: sql`lateral unnest(m.source_ids) v(id) on true`,
      named: sql`source s on s.id = n.id`,
      value: sql`s.name collate "C"`,
    }),
  languages: () => sql`
    select m.parent, 0 as id, v.language as value, count(*)::int as count
    from matched m cross join lateral unnest(m.languages) v(language)
    where v.language in (select d.language from digest d) group by m.parent, v.language`,
  withCode: () => sql`
    select m.parent, 0 as id, '' as value, count(*)::int as count
    from matched m where m.has_code group by m.parent`,
  withSummary: () => sql`
    select m.parent, 0 as id, '' as value, count(*)::int as count
    from matched m where m.has_summary group by m.parent`,
  timeline: ({ interval, dates }) => sql`
    select m.parent, 0 as id, bucket.start as value, count(distinct m.id)::int as count
    from matched m cross join lateral unnest(m.days) v(day)
      cross join lateral (select date_trunc(${interval}, v.day::timestamp)::date::text as start) bucket
    where ${inRange(sql`v.day`, dates)} group by m.parent, bucket.start`,
};

/** A facet that counts ids first, and names them afterwards. */
interface IdFacet {
  readonly id: Sql;
  /** Table that joins the ids to the papers `m`. */
  readonly joined: Sql;
  /** Table that joins the names to the ids `n`. */
  readonly named: Sql;
  readonly value: Sql;
}

/**
 * SQL: the most frequent values of each parent, ties by name. Ids are ranked before they are named: names are
 * looked up only for ids that can be among the first.
 */
function top(first: number, { id, joined, named, value }: IdFacet): Sql {
  return sql`
    select parent, id, value, count from (
      select n.parent, n.id, ${value} as value, n.count,
        row_number() over (partition by n.parent order by n.count desc, ${value}) as place
      from (
        select m.parent, ${id} as id, count(distinct m.id)::int as count,
          rank() over (partition by m.parent order by count(distinct m.id) desc) as place
        from matched m join ${joined} group by m.parent, ${id}
      ) n join ${named} where n.place <= ${first}
    ) placed where place <= ${first}`;
}

/** Reads the counters of all papers, which ingests update. */
const COUNTED: FacetSqls = {
  categories: ({ first }) => sql`
    (select 0 as parent, c.id, c.code as value, c.paper_count as count from category c where c.paper_count > 0
      order by c.paper_count desc, c.code limit ${first})`,
  authors: ({ first }) => sql`
    (select 0 as parent, u.id, u.name as value, u.paper_count as count from author u
      order by u.paper_count desc, u.name limit ${first})`,
  sources: ({ first }) => sql`
    (select 0 as parent, s.id, s.name as value, n.papers as count
      from paper_count n join source s on s.id::text = n.value where n.kind = ${countKind('SOURCE')}
      order by n.papers desc, s.name collate "C" limit ${first})`,
  languages: () => sql`${countsOf('LANGUAGE')} and n.value in (select d.language from digest d)`,
  withCode: () => countsOf('CODE'),
  withSummary: () => countsOf('SUMMARY'),
  timeline: ({ interval, dates }) => sql`${countsOf(interval)} and ${inRange(sql`n.value::date`, dates)}`,
};

/** A range of days may cut a week or month into a part for which there is no counter. */
function isCounted(want: FacetWant): boolean {
  return want.facet !== 'timeline' || want.interval === 'DAY' || (!want.dates?.from && !want.dates?.to);
}

function countsOf(kind: PaperCountKind): Sql {
  return sql`select 0 as parent, 0 as id, n.value, n.papers as count
    from paper_count n where n.kind = ${kind}`;
}

function inRange(day: Sql, dates: DateRange | undefined): Sql {
  return sql`${day} between ${dates?.from ?? '-infinity'}::date and ${dates?.to ?? 'infinity'}::date`;
}
