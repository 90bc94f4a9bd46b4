import { parseArxivId } from '../../arxiv/arxiv-id.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { every, inDates, inLanguages, storable, type DateRange } from './conditions.ts';
import type { FilterSubject } from './filter-subject.ts';
import { InputError } from '../../errors/input-error.ts';
import { nodeKey } from '../paging/node-id.ts';
import type { CompileSearch, SearchSql } from './compile-search.ts';
import type { HighlightTerms } from '../../search/find-highlights.ts';

/** The contract's PaperFilter: all fields must hold, absent and null ask nothing. */
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
export const MOST_OBJECTS = 50;
/** Most levels of objects in a filter. */
export const DEEPEST = 5;
/** Total length of the searches of a filter, in characters: ten of the longest. */
export const MOST_SEARCHED = 10_000;

/** A filter as SQL over its subject: a paper or event and, where it searches anywhere, the vector in t. */
export interface FilterSql {
  /** True or false for each; undefined where the filter asks nothing. */
  readonly condition: Sql | undefined;
  /** How well a paper meets the searches outside `not`, a real; undefined where there is none. */
  readonly score: Sql | undefined;
  readonly searching: boolean;
  /** What these searches want to see in a paper's texts. */
  readonly highlightTerms: readonly HighlightTerms[];
}

/**
 * Compiles a filter. Rejects with InputError above 50 objects, 5 levels, 100 values a list or 10,000 characters of
 * searches, for a range of days that ends before it starts, and for a search that cannot be read.
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

/** The searches of a filter, those in `not` too, in its order. */
export function searchesOf(filter: PaperFilter | null | undefined): string[] {
  return nested(filter ?? {}, ARGUMENT).flatMap(({ object }) => object.search ?? []);
}

/** Tells whether a filter searches outside `not`. */
export function isSearching(filter: PaperFilter | null | undefined): boolean {
  return nested(filter ?? {}, ARGUMENT, { wanted: true }).some(
    ({ object }) => typeof object.search === 'string',
  );
}

interface Nested {
  readonly object: PaperFilter;
  /** Leads to it. */
  readonly argument: readonly string[];
}

/** The filter and all objects in it; `wanted`: without those in `not`. */
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
    if (level > DEEPEST)
      throw new InputError(argument, `filter: expected at most ${DEEPEST} levels, got more`);
    if (objects > MOST_OBJECTS)
      throw new InputError(argument, `filter: expected at most ${MOST_OBJECTS} objects, got more`);
    const { and, or, not } = object;
    for (const inner of [...(and ?? []), ...(or ?? []), ...(not ? [not] : [])]) visit(inner, level + 1);
  };
  visit(filter, 1);
}

/** Once each is known to be readable: what is too long by itself says so. */
function checkSearches(filter: PaperFilter): void {
  const searched = searchesOf(filter).join('').length;
  if (searched > MOST_SEARCHED)
    throw new InputError(
      ARGUMENT,
      `filter: expected at most ${MOST_SEARCHED} characters of searches, got ${searched}`,
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
    ...given(filter, PAPER_CONDITIONS, place),
    ...entryCondition(given(filter, ENTRY_CONDITIONS, place), place),
    ...given(filter, COMBINATIONS, place),
  ]);
}

function searchConditions(filter: PaperFilter, { searches }: Place): Sql[] {
  const search = searches.get(filter);
  return search === undefined ? [] : [search.condition];
}

/** How each field asks; `argument` leads to it, as the place does. */
type Conditions<Field extends keyof PaperFilter> = {
  readonly [Name in Field]: (
    value: NonNullable<PaperFilter[Name]>,
    argument: readonly string[],
    place: Place,
  ) => Sql;
};

function given<Field extends keyof PaperFilter>(
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
    const names = storable(ids, argument).flatMap((id) => nodeKey('Author', id) ?? []);
    return subject.writtenBy(storable(names, argument));
  },
  hasCode: (wanted, _argument, { subject }) => sql`${subject.hasCode} = ${wanted}`,
};

const ENTRY_CONDITIONS: Conditions<'digestDates' | 'languages' | 'sources' | 'hasSummary'> = {
  digestDates: (range, argument) => inDates(range, argument),
  languages: (values, argument) => inLanguages(storable(values, argument)),
  sources: (values, argument, { subject }) => subject.ofSources(storable(values, argument)),
  hasSummary: (wanted, _argument, { subject }) => subject.hasSummary(wanted),
};

/** One current entry meets them all. */
function entryCondition(conditions: readonly Sql[], { subject }: Place): Sql[] {
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
