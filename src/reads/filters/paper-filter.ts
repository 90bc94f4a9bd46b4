import { parseArxivId } from '../../arxiv/arxiv-id.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { every, inDates, inLanguages, storable, type DateRange } from './conditions.ts';
import type { FilterSubject } from './filter-subject.ts';
import { InputError } from '../../errors/input-error.ts';
import { nodeKey } from '../paging/node-id.ts';
import type { CompileSearch, SearchSql } from './compile-search.ts';
import type { HighlightTerm } from '../../search/find-highlights.ts';

/** Input `PaperFilter`: papers must meet all fields; absent and null fields are ignored. */
export interface PaperFilter {
  readonly search?: string | null | undefined;
  readonly arxivIds?: readonly string[] | null | undefined;
  readonly categories?: readonly string[] | null | undefined;
  readonly primaryCategories?: readonly string[] | null | undefined;
  readonly authors?: readonly string[] | null | undefined;
  readonly authorIds?: readonly string[] | null | undefined;
  readonly hasCode?: boolean | null | undefined;
  readonly digestDates?: DateRange | null | undefined;
  readonly languages?: readonly string[] | null | undefined;
  readonly sources?: readonly string[] | null | undefined;
  readonly hasSummary?: boolean | null | undefined;
  readonly and?: readonly PaperFilter[] | null | undefined;
  readonly or?: readonly PaperFilter[] | null | undefined;
  readonly not?: PaperFilter | null | undefined;
}

/** Most objects of a filter, with all that `and`, `or` and `not` contain. */
export const MAX_OBJECTS = 50;
/** Most levels of objects in a filter. */
export const MAX_DEPTH = 5;
/** Total length of the searches of a filter, in characters: ten of the longest. */
export const MAX_SEARCHED = 10_000;

/** A filter as SQL about its subject. If it searches, the SQL also refers to the search vector in `t`. */
export interface FilterSql {
  /** True or false, never null; undefined if the filter is empty. */
  readonly condition: Sql | undefined;
  /** Relevance to the searches outside `not`, of type real; undefined if there are none. */
  readonly score: Sql | undefined;
  /** Whether it searches, in `not` or outside. */
  readonly searching: boolean;
  /** Terms that the searches outside `not` look for. */
  readonly highlightTerms: readonly HighlightTerm[];
}

/**
 * Compiles a filter. Rejects with InputError above 50 objects, 5 levels, 100 values in a list or 10,000
 * characters of searches, for a range of days that ends before it starts, and for a search with a syntax
 * error.
 */
export async function paperFilter(
  filter: PaperFilter | null | undefined,
  subject: FilterSubject,
  compileSearch: CompileSearch,
): Promise<FilterSql> {
  if (filter === null || filter === undefined)
    return { condition: undefined, score: undefined, searching: false, highlightTerms: [] };
  checkSize(filter, ARGUMENT);
  const compiled = new Map<PaperFilter, SearchSql>();
  const compiling = nested(filter, ARGUMENT).map(async ({ object, argument }) => {
    if (typeof object.search === 'string')
      compiled.set(object, await compileSearch(object.search, subject, [...argument, 'search']));
  });
  await Promise.all(compiling);
  checkSearches(filter);
  const wanted = nested(filter, ARGUMENT, { wanted: true }).flatMap(
    ({ object }) => compiled.get(object) ?? [],
  );
  return {
    condition: compile(filter, { subject, searches: compiled, argument: ARGUMENT }),
    score:
      wanted.length === 0
        ? undefined
        : sql.join(
            wanted.map(({ score }) => score),
            ' + ',
          ),
    searching: compiled.size > 0,
    highlightTerms: wanted.flatMap(({ highlightTerms }) => highlightTerms),
  };
}

const ARGUMENT = ['filter'];

/** All searches of a filter, in its order, including those in `not`. */
export function searchesOf(filter: PaperFilter | null | undefined): string[] {
  return nested(filter ?? {}, ARGUMENT).flatMap(({ object }) => object.search ?? []);
}

/** Whether a filter searches outside `not`. */
export function isSearching(filter: PaperFilter | null | undefined): boolean {
  return nested(filter ?? {}, ARGUMENT, { wanted: true }).some(
    ({ object }) => typeof object.search === 'string',
  );
}

interface Nested {
  readonly object: PaperFilter;
  /** Path to it, for error messages. */
  readonly argument: readonly string[];
}

/** The filter and all objects in it. `wanted`: without those in `not`. */
function nested(object: PaperFilter, argument: readonly string[], { wanted = false } = {}): Nested[] {
  const inner = (name: 'and' | 'or'): Nested[] =>
    (object[name] ?? []).flatMap((each, index) =>
      nested(each, [...argument, name, String(index)], { wanted }),
    );
  const not = object.not && !wanted ? nested(object.not, [...argument, 'not']) : [];
  return [{ object, argument }, ...inner('and'), ...inner('or'), ...not];
}

function checkSize(filter: PaperFilter, argument: readonly string[]): void {
  let objects = 0;
  const visit = (object: PaperFilter, level: number): void => {
    objects += 1;
    if (level > MAX_DEPTH)
      throw new InputError(argument, `filter: expected at most ${MAX_DEPTH} levels, got more`);
    if (objects > MAX_OBJECTS)
      throw new InputError(argument, `filter: expected at most ${MAX_OBJECTS} objects, got more`);
    const { and, or, not } = object;
    for (const inner of [...(and ?? []), ...(or ?? []), ...(not ? [not] : [])]) visit(inner, level + 1);
  };
  visit(filter, 1);
}

/** Runs after each search was parsed, so that a search that is too long by itself has its own error. */
function checkSearches(filter: PaperFilter): void {
  const searched = searchesOf(filter).join('').length;
  if (searched > MAX_SEARCHED)
    throw new InputError(
      ARGUMENT,
      `filter: expected at most ${MAX_SEARCHED} characters of searches, got ${searched}`,
    );
}

interface Place {
  readonly subject: FilterSubject;
  readonly searches: ReadonlyMap<PaperFilter, SearchSql>;
  readonly argument: readonly string[];
}

function compile(filter: PaperFilter, place: Place): Sql | undefined {
  return every([
    ...searchConditions(filter, place),
    ...conditionsOf(filter, PAPER_CONDITIONS, place),
    ...entryCondition(filter, place),
    ...conditionsOf(filter, COMBINATIONS, place),
  ]);
}

function searchConditions(filter: PaperFilter, { searches }: Place): Sql[] {
  const search = searches.get(filter);
  return search === undefined ? [] : [search.condition];
}

/** Compiles the value of each field. `argument` is the path to the field, for error messages. */
type Conditions<Field extends keyof PaperFilter> = {
  readonly [Name in Field]: (
    value: NonNullable<PaperFilter[Name]>,
    argument: readonly string[],
    place: Place,
  ) => Sql;
};

function conditionsOf<Field extends keyof PaperFilter>(
  filter: PaperFilter,
  conditions: Conditions<Field>,
  { argument, ...place }: Place,
): Sql[] {
  return (Object.keys(conditions) as Field[]).flatMap((field) => {
    const value = filter[field];
    if (value === null || value === undefined) return [];
    const inner = [...argument, field];
    return [conditions[field](value, inner, { ...place, argument: inner })];
  });
}

const PAPER_CONDITIONS: Conditions<
  'arxivIds' | 'categories' | 'primaryCategories' | 'authors' | 'authorIds' | 'hasCode'
> = {
  arxivIds: (ids, argument, { subject }) => {
    const known = storable(ids, argument).flatMap((id) => parseArxivId(id)?.id ?? []);
    return sql`${subject.arxivId} = any(${known}::text[])`;
  },
  categories: (values, argument, { subject }) => subject.inCategories(storable(values, argument)),
  primaryCategories: (values, argument, { subject }) => subject.inPrimaryCategory(storable(values, argument)),
  authors: (names, argument, { subject }) => subject.writtenByAny(storable(names, argument)),
  authorIds: (ids, argument, { subject }) => {
    return subject.writtenBy(authorNames(storable(ids, argument)));
  },
  hasCode: (wanted, _argument, { subject }) => sql`${subject.hasCode} = ${wanted}`,
};

const ENTRY_CONDITIONS: Conditions<'digestDates' | 'languages' | 'sources' | 'hasSummary'> = {
  digestDates: (range, argument) => inDates(range, argument),
  languages: (values, argument) => inLanguages(storable(values, argument)),
  sources: (values, argument, { subject }) => subject.ofSources(storable(values, argument)),
  hasSummary: (wanted, _argument, { subject }) => subject.hasSummary(wanted),
};

/** The names in the ids of authors, apart from those that text in Postgres cannot contain. */
export function authorNames(ids: readonly string[]): string[] {
  return ids.flatMap((id) => nodeKey('Author', id) ?? []).filter((name) => !name.includes('\0'));
}

/** SQL: the conditions of a filter that one and the same current entry must meet, about `digest d`. */
export function entryConditions(
  filter: Pick<PaperFilter, 'digestDates' | 'languages' | 'sources' | 'hasSummary'>,
  subject: FilterSubject,
): Sql[] {
  return conditionsOf(filter, ENTRY_CONDITIONS, { subject, searches: new Map(), argument: ARGUMENT });
}

/** One and the same current entry must meet all conditions on entries. */
function entryCondition(filter: PaperFilter, place: Place): Sql[] {
  const { subject } = place;
  const conditions = conditionsOf(filter, ENTRY_CONDITIONS, place);
  if (conditions.length === 1 && filter.hasSummary === true) return [subject.isSummarized];
  const all = every(conditions);
  return all === undefined ? [] : [subject.hasEntry(all)];
}

const COMBINATIONS: Conditions<'and' | 'or' | 'not'> = {
  and: (filters, _argument, place) => every(compileAll(filters, place)) ?? sql`true`,
  or: (filters, _argument, place) =>
    filters.length === 0 ? sql`false` : sql`(${sql.join(compileAll(filters, place), ' or ')})`,
  not: (filter, _argument, place) => sql`not ${compile(filter, place) ?? sql`true`}`,
};

function compileAll(filters: readonly PaperFilter[], { argument, ...place }: Place): Sql[] {
  return filters.map(
    (filter, index) => compile(filter, { ...place, argument: [...argument, String(index)] }) ?? sql`true`,
  );
}
