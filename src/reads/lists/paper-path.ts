import { sql, type Sql } from '../../database/sql.ts';
import { every } from '../filters/conditions.ts';
import {
  FEW_PAPERS,
  type Counted,
  type CountedDigests,
  type FilterCounts,
} from '../filters/filter-counts.ts';
import { authorNames, entryConditions, type PaperFilter } from '../filters/paper-filter.ts';
import { PAPERS } from '../filters/filter-subject.ts';

/** How the papers of a filter are found. Conditions of the filter that it does not name are tested on each paper. */
export interface PaperPath {
  /** SQL: a condition on `paper p` that all papers of the filter meet, and few others. */
  readonly within?: Sql | undefined;
  /** Ranges of an index whose papers, in the order of the list, include all papers of the filter. */
  readonly ranges?: PaperRanges | undefined;
  /** Number of papers that meet the filter, if a counter says it. */
  readonly total?: number | undefined;
}

/** The papers of some categories or authors. */
export interface PaperRanges {
  readonly table: 'paper_category' | 'authorship';
  readonly ids: readonly number[];
  /** The filter without the condition that the ranges meet. */
  readonly rest: PaperFilter;
}

/** A condition that all papers of a filter meet, with what it refers to. */
interface Clue {
  readonly table: PaperRanges['table'] | 'digest_entry';
  readonly found: Counted;
  /** The filter without this condition; the filter itself if the condition says more, or is not at its top. */
  readonly rest: PaperFilter;
}

/** Chooses by exact counts how the papers of a filter are found. */
export async function paperPath(
  filter: PaperFilter,
  byDate: boolean,
  counts: FilterCounts,
): Promise<PaperPath> {
  const objects = required(filter);
  // Few papers, by an index of their own: Postgres looks them up as it is.
  if (objects.some(({ arxivIds }) => arxivIds)) return {};
  const clues = await Promise.all(objects.flatMap((each) => cluesOf(each, filter, counts)));
  const digests = await Promise.all(objects.flatMap((each) => digestsOf(each, counts)));
  const few = digests.flatMap(({ ids, papers }): Clue[] =>
    ids === null ? [] : [{ table: 'digest_entry', found: { ids, papers }, rest: filter }],
  );
  const [best] = [...clues, ...few].toSorted((a, b) => a.found.papers - b.found.papers);
  const within = every([
    ...digests.flatMap(({ latest }) => (latest === null ? [] : [firstListedBy(latest)])),
    ...(best !== undefined && best.found.papers <= FEW_PAPERS ? [withinSql(best)] : []),
  ]);
  if (best === undefined) return { within };
  const { table, found, rest } = best;
  return {
    within,
    ranges:
      byDate && table !== 'digest_entry' && (await inRanges(found, counts))
        ? { table, ids: found.ids, rest }
        : undefined,
    total: found.ids.length === 1 && table !== 'digest_entry' && isEmpty(rest) ? found.papers : undefined,
  };
}

/** SQL: a paper of a digest is not first listed after that digest. The list by day then begins there. */
function firstListedBy(day: string): Sql {
  return sql`p.first_digest_date <= ${day}::date`;
}

/** Most ranges that are read beside each other, and that are always better than all papers. */
const MOST_RANGES = 200;
const FEW_RANGES = 4;

/** Of a quarter of all papers or more, a walk through all of them finds a page soon. */
async function inRanges({ ids, papers }: Counted, counts: FilterCounts): Promise<boolean> {
  if (ids.length <= FEW_RANGES) return true;
  return ids.length <= MOST_RANGES && papers < (await counts.all()) / 4;
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

/** The digests that the entry conditions of a filter leave; none if it has no such condition. */
function digestsOf(
  { digestDates, languages, sources }: PaperFilter,
  counts: FilterCounts,
): Promise<CountedDigests>[] {
  const about = { digestDates, languages, sources };
  const condition = every(entryConditions(about, PAPERS));
  return condition === undefined ? [] : [counts.digests(condition, JSON.stringify(about))];
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
