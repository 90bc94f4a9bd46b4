import { sql, type Sql } from '../../database/sql.ts';
import { every } from '../filters/conditions.ts';
import {
  FEW_PAPERS,
  type Counted,
  type CountedDigests,
  type FilterCounts,
  type PaperTotals,
} from '../filters/filter-counts.ts';
import { authorNames, entryConditions, type PaperFilter } from '../filters/paper-filter.ts';
import { PAPERS } from '../filters/filter-subject.ts';

/** How the papers of a filter are found. */
export interface PaperPath {
  /** SQL: a condition on `paper p` that all papers of the filter meet; a walk by day begins with it. */
  readonly bound?: Sql | undefined;
  /** A few papers, found by their ids, that include all papers of the filter. */
  readonly set?: PaperSet | undefined;
  /** Whether a page is found sooner by a walk in the order of the list than in `set`. */
  readonly walks?: boolean;
  /** Ranges of an index whose papers, in the order of the list, include all papers of the filter. */
  readonly ranges?: PaperRanges | undefined;
  /** Number of papers that meet the filter, if a counter says it. */
  readonly total?: number | undefined;
}

interface PaperSet {
  /** SQL: `paper p` is in the set. */
  readonly condition: Sql;
  /** The filter without the conditions that the set meets. */
  readonly rest: PaperFilter;
}

/** The papers of some categories or authors. */
interface PaperRanges {
  readonly table: 'paper_category' | 'authorship';
  readonly ids: readonly number[];
  /** The filter without the condition that the ranges meet. */
  readonly rest: PaperFilter;
}

/** What the order of a list allows. */
interface PathOrder {
  /** The order is by day: `paper_category` and `authorship` have its sort keys. */
  readonly byDay: boolean;
  /** A walk in this order meets the papers of a filter evenly, or soon. */
  readonly even: boolean;
}

/** A condition that all papers of a filter meet, with what it refers to. */
interface Clue {
  readonly table: PaperRanges['table'] | 'digest_entry';
  readonly found: Counted;
  /** The filter without this condition; the filter itself if the condition says more, or is not at its top. */
  readonly rest: PaperFilter;
}

/** Papers of a page of usual size. */
const USUAL_PAGE = 20;

/** Chooses by exact counts how the papers of a filter are found. */
export async function paperPath(
  filter: PaperFilter,
  order: PathOrder,
  counts: FilterCounts,
): Promise<PaperPath> {
  const objects = required(filter);
  // Few papers, by an index of their own: Postgres looks them up as it is.
  if (objects.some(({ arxivIds }) => arxivIds)) return {};
  const clues = await Promise.all(objects.flatMap((each) => cluesOf(each, filter, counts)));
  const digests = await Promise.all(objects.flatMap((each) => digestsOf(each, filter, counts)));
  const few = digests.flatMap(({ found: { ids, papers }, rest }): Clue[] =>
    ids === null ? [] : [{ table: 'digest_entry', found: { ids, papers }, rest }],
  );
  const bound = every(
    digests.flatMap(({ found: { latest } }) => (latest === null ? [] : [firstListedBy(latest)])),
  );
  const [best] = [...clues, ...few].toSorted((a, b) => a.found.papers - b.found.papers);
  if (clues.length + digests.length === 0) return {};
  const totals = await counts.papers();
  const { all } = totals;
  const met = [
    ...[...clues, ...digests].map((each) => each.found.papers),
    ...objects.flatMap((each) => flagged(each, totals)),
  ];
  const set = best !== undefined && best.found.papers <= FEW_PAPERS ? best : undefined;
  return {
    ...(best && countedPath(best, order, all)),
    bound,
    set: set && { condition: withinSql(set), rest: set.rest },
    walks: order.even && walked(met, all) < (set?.found.papers ?? all),
  };
}

function countedPath(
  { table, found, rest }: Clue,
  { byDay }: PathOrder,
  all: number,
): Pick<PaperPath, 'ranges' | 'total'> {
  if (table === 'digest_entry') return {};
  return {
    ranges: byDay && inRanges(found, all) ? { table, ids: found.ids, rest } : undefined,
    total: found.ids.length === 1 && isEmpty(rest) ? found.papers : undefined,
  };
}

/** Papers that a walk is expected to test for a page, if conditions that so many papers meet are independent. */
function walked(met: readonly number[], all: number): number {
  return met.reduce((papers, each) => (papers * all) / Math.min(each, all), USUAL_PAGE);
}

/** Numbers of papers that meet the conditions on code and summaries, which no index finds. */
function flagged(
  { hasCode, hasSummary }: PaperFilter,
  { all, withCode, withSummary }: PaperTotals,
): number[] {
  const meet = (wanted: boolean | null | undefined, papers: number): number[] =>
    typeof wanted === 'boolean' ? [wanted ? papers : all - papers] : [];
  return [...meet(hasCode, withCode), ...meet(hasSummary, withSummary)];
}

/** SQL: a paper of a digest is not first listed after that digest. The list by day then begins there. */
function firstListedBy(day: string): Sql {
  return sql`p.first_digest_date <= ${day}::date`;
}

/** Most ranges that are read beside each other, and that are always better than all papers. */
const MOST_RANGES = 200;
const FEW_RANGES = 4;

/** Of a quarter of all papers or more, a walk through all of them finds a page soon. */
function inRanges({ ids, papers }: Counted, all: number): boolean {
  return ids.length <= FEW_RANGES || (ids.length <= MOST_RANGES && papers < all / 4);
}

/** The objects of a filter that all of its papers meet. */
function required(filter: PaperFilter): PaperFilter[] {
  return [filter, ...(filter.and ?? []).flatMap(required)];
}

function cluesOf(each: PaperFilter, whole: PaperFilter, counts: FilterCounts): Promise<Clue>[] {
  const without = (field: keyof PaperFilter): PaperFilter =>
    each === whole ? { ...whole, [field]: undefined } : whole;
  const { categories, primaryCategories, authors, authorIds } = each;
  return [
    ...(categories
      ? [clue('paper_category', counts.categories(known(categories)), without('categories'))]
      : []),
    // A paper's primary category is one of its categories.
    ...(primaryCategories
      ? [clue('paper_category', counts.categories(known(primaryCategories)), whole)]
      : []),
    ...(authors ? [clue('authorship', counts.authorsByFoldedName(known(authors)), without('authors'))] : []),
    ...(authorIds
      ? [clue('authorship', counts.authorsByName(authorNames(authorIds)), without('authorIds'))]
      : []),
  ];
}

async function clue(table: PaperRanges['table'], found: Promise<Counted>, rest: PaperFilter): Promise<Clue> {
  return { table, found: await found, rest };
}

/** The values that text in Postgres can contain. */
function known(values: readonly string[]): string[] {
  return values.filter((value) => !value.includes('\0'));
}

/** The digests that the conditions on entries leave. */
interface DigestClue extends Pick<Clue, 'rest'> {
  readonly found: CountedDigests;
}

/** The digests that the entry conditions of an object leave; none if it has no such condition. */
function digestsOf(each: PaperFilter, whole: PaperFilter, counts: FilterCounts): Promise<DigestClue>[] {
  const { digestDates, languages, sources, hasSummary } = each;
  const about = { digestDates, languages, sources };
  const condition = every(entryConditions(about, PAPERS));
  if (condition === undefined) return [];
  // One and the same entry must meet all conditions: `hasSummary` must not lose the others.
  const alone = each === whole && (hasSummary === null || hasSummary === undefined);
  const rest = alone ? { ...whole, digestDates: undefined, languages: undefined, sources: undefined } : whole;
  return [counts.digests(condition, JSON.stringify(about)).then((found) => ({ found, rest }))];
}

function isEmpty(filter: PaperFilter): boolean {
  return Object.values(filter).every((value) => value === null || value === undefined);
}

/** SQL: the papers of a clue. A few ids, for all that Postgres knows: it looks each paper up. */
function withinSql({ table, found: { ids } }: Clue): Sql {
  const of = {
    paper_category: sql`select k.paper_id from paper_category k where k.category_id = any(${ids}::int[])`,
    authorship: sql`select a.paper_id from authorship a where a.author_id = any(${ids}::int[])`,
    digest_entry: sql`select e.paper_id from digest_entry e where e.digest_id = any(${ids}::int[]) and e.current`,
  };
  return sql`p.id = any(array(${of[table]}))`;
}
