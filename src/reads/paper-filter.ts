import { parseArxivId } from '../arxiv/arxiv-id.ts';
import { Prisma } from '../database/generated/client.ts';
import {
  authorIds,
  categoryIds,
  every,
  inDates,
  inLanguages,
  ofSources,
  storable,
  type DateRange,
} from './conditions.ts';
import { InputError } from './input-error.ts';
import { nodeKey } from './node-id.ts';

/** The contract's PaperFilter: all fields must hold, absent and null ask nothing. */
export interface PaperFilter {
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

const MOST_OBJECTS = 50;
const DEEPEST = 5;

/**
 * The filter as an SQL condition on the paper p, true or false for every paper; undefined where it asks nothing.
 * Throws InputError above 50 objects, 5 levels or 100 values a list, and for a range of days that ends before it starts.
 */
export function paperFilter(
  filter: PaperFilter | null | undefined,
  argument = ['filter'],
): Prisma.Sql | undefined {
  if (filter === null || filter === undefined) return undefined;
  checkSize(filter, argument);
  return compile(filter, argument);
}

function checkSize(filter: PaperFilter, argument: string[]): void {
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

function compile(filter: PaperFilter, argument: string[]): Prisma.Sql | undefined {
  return every([
    ...given(filter, PAPER_CONDITIONS, argument),
    ...entryCondition(given(filter, ENTRY_CONDITIONS, argument)),
    ...given(filter, COMBINATIONS, argument),
  ]);
}

/** How each field asks; `argument` leads to it. */
type Conditions<Field extends keyof PaperFilter> = {
  readonly [Name in Field]: (value: NonNullable<PaperFilter[Name]>, argument: string[]) => Prisma.Sql;
};

function given<Field extends keyof PaperFilter>(
  filter: PaperFilter,
  conditions: Conditions<Field>,
  argument: string[],
): Prisma.Sql[] {
  return (Object.keys(conditions) as Field[]).flatMap((field) => {
    const value = filter[field];
    return value === null || value === undefined ? [] : [conditions[field](value, [...argument, field])];
  });
}

const PAPER_CONDITIONS: Conditions<
  'arxivIds' | 'categories' | 'primaryCategories' | 'authors' | 'authorIds' | 'hasCode'
> = {
  arxivIds: (ids, argument) => {
    const known = storable(ids, argument).flatMap((id) => parseArxivId(id)?.id ?? []);
    return Prisma.sql`p.arxiv_id = any(${known}::text[])`;
  },
  categories: (values, argument) => Prisma.sql`exists (select 1 from paper_category k
    where k.paper_id = p.id and k.category_id = any(${categoryIds(storable(values, argument))}))`,
  primaryCategories: (values, argument) => Prisma.sql`(p.primary_category_id is not null
    and p.primary_category_id = any(${categoryIds(storable(values, argument))}))`,
  authors: (names, argument) => writtenBy(authorIds(storable(names, argument))),
  authorIds: (ids, argument) => {
    const names = storable(ids, argument).flatMap((id) => nodeKey('Author', id) ?? []);
    return writtenBy(
      Prisma.sql`array(select u.id from author u where u.name = any(${storable(names, argument)}::text[]))`,
    );
  },
  hasCode: (wanted) => Prisma.sql`(p.code_url is not null) = ${wanted}`,
};

function writtenBy(authors: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`exists (select 1 from authorship a where a.paper_id = p.id and a.author_id = any(${authors}))`;
}

const ENTRY_CONDITIONS: Conditions<'digestDates' | 'languages' | 'sources' | 'hasSummary'> = {
  digestDates: inDates,
  languages: (values, argument) => inLanguages(storable(values, argument)),
  sources: (values, argument) => ofSources(storable(values, argument)),
  // Written out for either answer: Postgres joins `exists`, but asks `exists = true` of each row.
  hasSummary: (wanted) => Prisma.sql`${wanted ? Prisma.empty : Prisma.sql`not `}exists (
    select 1 from summary m where m.entry_id = e.id and m.status <> 'FAILED')`,
};

/** One current entry meets them all. */
function entryCondition(conditions: readonly Prisma.Sql[]): Prisma.Sql[] {
  const all = every(conditions);
  if (all === undefined) return [];
  return [
    Prisma.sql`exists (select 1 from digest_entry e join digest d on d.id = e.digest_id
      where e.paper_id = p.id and e.current and ${all})`,
  ];
}

const COMBINATIONS: Conditions<'and' | 'or' | 'not'> = {
  and: (filters, argument) => every(compileAll(filters, argument)) ?? Prisma.sql`true`,
  or: (filters, argument) =>
    filters.length === 0
      ? Prisma.sql`false`
      : Prisma.sql`(${Prisma.join(compileAll(filters, argument), ' or ')})`,
  not: (filter, argument) => Prisma.sql`not ${compile(filter, argument) ?? Prisma.sql`true`}`,
};

function compileAll(filters: readonly PaperFilter[], argument: string[]): Prisma.Sql[] {
  return filters.map((filter, index) => compile(filter, [...argument, String(index)]) ?? Prisma.sql`true`);
}
