import DataLoader from 'dataloader';
import { sql, type Sql } from '../database/sql.ts';
import type { DateRange } from './filters/conditions.ts';
import { inBuckets, type Bucket, type Timeline } from './buckets.ts';
import { InputError } from '../errors/input-error.ts';
import { parentsSql, type List } from './paging/list.ts';
import { MOST } from './paging/page-args.ts';
import type { PageRequest, ReadList } from './paging/pages.ts';
import type { PaperArgs, PaperField } from './lists/papers.ts';
import { isCancelled, type RunStatement } from '../database/statements.ts';

/** One facet of a list of papers, as a caller asks for it. */
export type FacetWant =
  | { readonly facet: 'categories' | 'authors' | 'sources'; readonly first: number }
  | { readonly facet: 'languages' | 'withCode' | 'withSummary' }
  | ({ readonly facet: 'timeline' } & Timeline);

/** A value that papers have, and how many of them. */
export interface FacetValue {
  /** A category's code, an author's or source's name, a language, a day. */
  readonly value: string;
  readonly count: number;
  /** Of the category, author or source; 0 for others. */
  readonly id: number;
}

/** What was worked out, by the JSON of what was wanted. */
export type Facets = ReadonlyMap<string, readonly FacetValue[] | readonly Bucket[]>;

/** Which facets of which list. */
export interface FacetRequest extends PageRequest<PaperArgs> {
  readonly field: PaperField;
  readonly wanted: readonly FacetWant[];
}

/** Works facets out over the whole of a list; null where that takes too long. Rejects with InputError as lists do. */
export type ReadFacets = (request: FacetRequest) => Promise<Facets | null>;

/** The facets of one request: those of one list, whatever its parents, are one statement, which is stopped after `timeoutMs`. */
export function facetReader(
  run: RunStatement,
  { readList, timeoutMs }: { readList: ReadList; timeoutMs: number },
): ReadFacets {
  const loaders = new Map<string, DataLoader<number | string, Facets | null>>();
  return async ({ field, args, parent, wanted }) => {
    if (wanted.length === 0) return new Map();
    for (const want of wanted) check(want);
    const { list, asked } = await readList(field, args);
    const key = JSON.stringify([asked, wanted]);
    const loader =
      loaders.get(key) ??
      openLoader(run, {
        list,
        timeoutMs,
        name: `${field.name}.facets`,
        wanted,
        everything: parent === undefined && !list.filtered,
      });
    loaders.set(key, loader);
    return await loader.load(parent?.id ?? 0);
  };
}

function check(want: FacetWant): void {
  if ('first' in want && !(want.first >= 0 && want.first <= MOST))
    throw new InputError([want.facet, 'first'], `first: expected 0 to ${MOST}, got ${want.first}`);
  const { from, to } = (want.facet === 'timeline' && want.dates) || {};
  if (from && to && from > to)
    throw new InputError(['timeline', 'dates'], `dates: expected from on or before to, got ${from} to ${to}`);
}

interface Loading {
  readonly list: List;
  readonly wanted: readonly FacetWant[];
  readonly name: string;
  readonly timeoutMs: number;
  /** All papers: what is counted already. */
  readonly everything: boolean;
}

interface Row extends FacetValue {
  readonly parent: number | string;
  /** Index of what was wanted. */
  readonly want: number;
}

function openLoader(run: RunStatement, loading: Loading): DataLoader<number | string, Facets | null> {
  const { wanted, name, timeoutMs } = loading;
  return new DataLoader(async (parents) => {
    try {
      const query = facetsSql(loading, parents);
      const rows = await run<Row>({ name, sql: query, unique: true, timeoutMs });
      return parents.map((parent) =>
        collect(
          wanted,
          rows.filter((row) => row.parent === parent),
        ),
      );
    } catch (error) {
      if (isCancelled(error)) return parents.map(() => null);
      throw error;
    }
  });
}

function collect(wanted: readonly FacetWant[], rows: readonly Row[]): Facets {
  return new Map(
    wanted.map((want, index) => {
      const values = rows.filter((row) => row.want === index);
      return [JSON.stringify(want), want.facet === 'timeline' ? inBuckets(values, want) : values];
    }),
  );
}

function facetsSql({ list, wanted, everything }: Loading, parents: readonly (number | string)[]): Sql {
  const counts = wanted.map((want, index) => {
    const values = everything && isCounted(want) ? COUNTED[want.facet](want) : MATCHED[want.facet](want);
    return sql`(select parent, ${index}::int as want, id, value collate "C" as value, count from (${values}) counted)`;
  });
  const distinct = list.repeats === true ? sql`distinct` : sql.empty;
  return sql`
    with matched as (
      select parent.id as parent, paper.* from ${parentsSql(parents)} cross join lateral (
        select ${distinct} p.id, p.code_url is not null as has_code, p.has_summary, p.source_ids, p.languages, p.days
        from ${list.from} where ${list.where}
      ) paper
    )
    ${sql.join(counts, ' union all ')} order by want, count desc, value`;
}

type Sqls = { readonly [Name in FacetWant['facet']]: (want: FacetWant) => Sql };

/** SQL: parent, id, value and count of the papers in `matched`. */
const MATCHED: Sqls = {
  categories: (want) =>
    top(want, {
      id: sql`k.category_id`,
      joined: sql`paper_category k on k.paper_id = m.id`,
      named: sql`category c on c.id = n.id`,
      value: sql`c.code`,
    }),
  authors: (want) =>
    top(want, {
      id: sql`a.author_id`,
      joined: sql`authorship a on a.paper_id = m.id`,
      named: sql`author u on u.id = n.id`,
      value: sql`u.name`,
    }),
  sources: (want) =>
    top(want, {
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
    select m.parent, 0 as id, '' as value, count(*)::int as count from matched m where m.has_code group by m.parent`,
  withSummary: () => sql`
    select m.parent, 0 as id, '' as value, count(*)::int as count from matched m where m.has_summary group by m.parent`,
  timeline: (want) => {
    const { interval, dates } = want as Extract<FacetWant, { facet: 'timeline' }>;
    return sql`
      select m.parent, 0 as id, bucket.start as value, count(distinct m.id)::int as count
      from matched m cross join lateral unnest(m.days) v(day)
        cross join lateral (select date_trunc(${interval}, v.day::timestamp)::date::text as start) bucket
      where ${inRange(sql`v.day`, dates)} group by m.parent, bucket.start`;
  },
};

interface Counted {
  /** What is counted, of the papers `m` with what is `joined` to them. */
  readonly id: Sql;
  readonly joined: Sql;
  /** Joins to the ids `n` what names them. */
  readonly named: Sql;
  readonly value: Sql;
}

/**
 * SQL: the values that most papers of each parent have, equal ones by name. Of the ids, which are many, only those are
 * looked up that may be among them.
 */
function top(want: FacetWant, { id, joined, named, value }: Counted): Sql {
  return sql`
    select parent, id, value, count from (
      select n.parent, n.id, ${value} as value, n.count,
        row_number() over (partition by n.parent order by n.count desc, ${value}) as place
      from (
        select m.parent, ${id} as id, count(distinct m.id)::int as count,
          rank() over (partition by m.parent order by count(distinct m.id) desc) as place
        from matched m join ${joined} group by m.parent, ${id}
      ) n join ${named} where n.place <= ${firstOf(want)}
    ) placed where place <= ${firstOf(want)}`;
}

function firstOf(want: FacetWant): number {
  return 'first' in want ? want.first : 0;
}

/** SQL: as MATCHED, of all papers, from what ingests count. */
const COUNTED: Sqls = {
  categories: (want) => sql`
    (select 0 as parent, c.id, c.code as value, c.paper_count as count from category c where c.paper_count > 0
      order by c.paper_count desc, c.code limit ${firstOf(want)})`,
  authors: (want) => sql`
    (select 0 as parent, u.id, u.name as value, u.paper_count as count from author u
      order by u.paper_count desc, u.name limit ${firstOf(want)})`,
  sources: (want) => sql`
    (select 0 as parent, s.id, s.name as value, n.papers as count
      from paper_count n join source s on s.id::text = n.value where n.kind = 'SOURCE'
      order by n.papers desc, s.name collate "C" limit ${firstOf(want)})`,
  languages: () => sql`${countsOf('LANGUAGE')} and n.value in (select d.language from digest d)`,
  withCode: () => countsOf('CODE'),
  withSummary: () => countsOf('SUMMARY'),
  timeline: (want) => {
    const { interval, dates } = want as Extract<FacetWant, { facet: 'timeline' }>;
    return sql`${countsOf(interval)} and ${inRange(sql`n.value::date`, dates)}`;
  },
};

/** A range of days cuts weeks and months into parts that nobody has counted. */
function isCounted(want: FacetWant): boolean {
  return want.facet !== 'timeline' || want.interval === 'DAY' || (!want.dates?.from && !want.dates?.to);
}

function countsOf(kind: string): Sql {
  return sql`select 0 as parent, 0 as id, n.value, n.papers as count from paper_count n where n.kind = ${kind}`;
}

function inRange(day: Sql, dates: DateRange | undefined): Sql {
  return sql`${day} between ${dates?.from ?? '-infinity'}::date and ${dates?.to ?? 'infinity'}::date`;
}
