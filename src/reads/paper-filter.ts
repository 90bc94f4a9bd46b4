import { parseArxivId } from '../arxiv/arxiv-id.ts';
import { Prisma } from '../database/generated/client.ts';
import { fold } from '../language/fold.ts';
import { asked, hasLanguage, isCategory, isWithin, type DateRange } from './filter-values.ts';
import { InputError } from './input-error.ts';

/** `PaperFilter` of the schema, its author ids as names. */
export interface PaperFilter {
  readonly arxivIds?: readonly string[] | null | undefined;
  readonly categories?: readonly string[] | null | undefined;
  readonly primaryCategories?: readonly string[] | null | undefined;
  readonly authors?: readonly string[] | null | undefined;
  readonly authorIds?: readonly (string | number)[] | null | undefined;
  readonly hasCode?: boolean | null | undefined;
  readonly digestDates?: DateRange | null | undefined;
  readonly languages?: readonly string[] | null | undefined;
  readonly sources?: readonly string[] | null | undefined;
  readonly hasSummary?: boolean | null | undefined;
  readonly and?: readonly PaperFilter[] | null | undefined;
  readonly or?: readonly PaperFilter[] | null | undefined;
  readonly not?: PaperFilter | null | undefined;
}

/** What the filter cannot know by itself. */
export interface FilterWorld {
  /** The name behind an author's id; undefined where it is none. */
  readonly authorName: (id: string) => string | undefined;
}

const MAX_OBJECTS = 50;
const MAX_DEPTH = 5;

/**
 * The filter as one condition on `paper p`, true or false of every paper. Throws InputError where the filter is too large
 * or a value in it cannot be.
 */
export function paperCondition(filter: PaperFilter | null | undefined, world: FilterWorld): Prisma.Sql {
  if (filter === null || filter === undefined) return Prisma.sql`true`;
  let objects = 0;
  function compile(part: PaperFilter, at: readonly string[], depth: number): Prisma.Sql {
    objects++;
    if (objects > MAX_OBJECTS)
      throw new InputError(['filter'], `expected at most ${MAX_OBJECTS} objects, got more`);
    if (depth > MAX_DEPTH)
      throw new InputError(at, `expected at most ${MAX_DEPTH} objects in one another, got more`);
    const nested = (key: 'and' | 'or') =>
      asked([...at, key], part[key])?.map((each) => compile(each, [...at, key], depth + 1));
    const [and, or] = [nested('and'), nested('or')];
    return conjunction([
      ...paperConditions(part, at, world),
      entryCondition(part, at),
      and && conjunction(and),
      or && disjunction(or),
      part.not && Prisma.sql`not ${compile(part.not, [...at, 'not'], depth + 1)}`,
    ]);
  }
  return compile(filter, ['filter'], 1);
}

type Condition = Prisma.Sql | null | undefined;

function conjunction(conditions: readonly Condition[]): Prisma.Sql {
  const held = conditions.filter((each) => each !== null && each !== undefined);
  return held.length === 0 ? Prisma.sql`true` : Prisma.sql`(${Prisma.join(held, ' and ')})`;
}

function disjunction(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.sql`false` : Prisma.sql`(${Prisma.join([...conditions], ' or ')})`;
}

/** What is asked of the paper itself. `exists`, `in` and tests for null are never unknown. */
function paperConditions(part: PaperFilter, at: readonly string[], { authorName }: FilterWorld): Condition[] {
  const list = <T>(key: keyof PaperFilter, values: readonly T[] | null | undefined) =>
    asked([...at, key], values);
  const arxivIds = list('arxivIds', part.arxivIds)?.flatMap((id) => parseArxivId(id)?.id ?? []);
  const categories = list('categories', part.categories);
  const primary = list('primaryCategories', part.primaryCategories);
  const folded = list('authors', part.authors)?.map(fold);
  const names = list('authorIds', part.authorIds)?.flatMap((id) => authorName(String(id)) ?? []);
  return [
    arxivIds && Prisma.sql`p.arxiv_id = any(${arxivIds}::text[])`,
    categories &&
      Prisma.sql`exists (select 1 from paper_category k join category c on c.id = k.category_id
        where k.paper_id = p.id and ${isCategory(categories)})`,
    primary &&
      Prisma.sql`exists (select 1 from category c where c.id = p.primary_category_id and ${isCategory(primary)})`,
    folded && authored(Prisma.sql`a.name_folded = any(${folded}::text[])`),
    names && authored(Prisma.sql`a.name = any(${names}::text[])`),
    typeof part.hasCode === 'boolean' ? Prisma.sql`(p.code_url is not null) = ${part.hasCode}` : undefined,
  ];
}

function authored(condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`exists (select 1 from authorship k join author a on a.id = k.author_id
    where k.paper_id = p.id and ${condition})`;
}

/** What is asked of an entry: all of it in one object of one and the same current entry. */
function entryCondition(part: PaperFilter, at: readonly string[]): Condition {
  const languages = asked([...at, 'languages'], part.languages);
  const sources = asked([...at, 'sources'], part.sources);
  const conditions = [
    part.digestDates && isWithin([...at, 'digestDates'], part.digestDates),
    languages && hasLanguage(languages),
    sources &&
      Prisma.sql`exists (select 1 from source s where s.id = d.source_id and s.name = any(${sources}::text[]))`,
    typeof part.hasSummary === 'boolean'
      ? Prisma.sql`exists (select 1 from summary m where m.entry_id = e.id and m.status <> 'FAILED') = ${part.hasSummary}`
      : undefined,
  ];
  if (conditions.every((condition) => condition === null || condition === undefined)) return undefined;
  return Prisma.sql`exists (select 1 from digest_entry e join digest d on d.id = e.digest_id
    where e.paper_id = p.id and e.current and ${conjunction(conditions)})`;
}
