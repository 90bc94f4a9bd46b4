import { namedCategories } from '../../arxiv/categories.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { fold } from '../../language/fold.ts';
import { languageLevels, languageRange, type LanguageLevel } from '../../language/language-range.ts';
import { parseLanguage } from '../../language/language.ts';
import { InputError } from '../../errors/input-error.ts';

// SQL conditions that filters are made of: each is true or false, never unknown.

/** Most values of one list in a filter. */
export const MOST_VALUES = 100;

/** The values of a list that the store can hold at all. Throws InputError above 100 values. */
export function storable(values: readonly string[], argument: readonly string[]): string[] {
  if (values.length > MOST_VALUES)
    throw new InputError(
      argument,
      `${argument.join('.')}: expected at most ${MOST_VALUES} values, got ${values.length}`,
    );
  return values.filter((value) => !value.includes('\0'));
}

/** All of the conditions; undefined where there is none. */
export function every(conditions: readonly Sql[]): Sql | undefined {
  return conditions.length === 0 ? undefined : sql`(${sql.join(conditions, ' and ')})`;
}

/** Ids of the categories that the values name, as `namedCategories` reads them. */
export function categoryIds(values: readonly string[]): Sql {
  const { codes, archives } = namedCategories(values);
  return sql`array(select c.id from category c
    where c.code = any(${codes}::text[]) or split_part(c.code, '.', 1) = any(${archives}::text[]))`;
}

/** Ids of the authors whose whole names the values are, case and accents folded. */
export function authorIds(names: readonly string[]): Sql {
  return sql`array(select u.id from author u where u.name_folded = any(${names.map(fold)}::text[]))`;
}

/** The source of the digest d is one of the values. */
export function ofSources(values: readonly string[]): Sql {
  return sql`d.source_id = any(array(select s.id from source s where s.name = any(${values}::text[])))`;
}

/** The language of the digest d is covered by one of the values, tags or names. A raw listing has none. */
export function inLanguages(values: readonly string[]): Sql {
  const patterns = values.flatMap((value) => {
    const tag = languageTag(value);
    return tag === undefined ? [] : patternsOf(languageRange(tag));
  });
  return sql`(d.language is not null and d.language || '-' like any(${[...new Set(patterns)]}::text[]))`;
}

/** What the tags that answer a language are `like` once they end in a hyphen, level by level, best first. */
export function languagePatterns(language: string): string[][] {
  const tag = languageTag(language);
  return tag === undefined ? [] : languageLevels(tag).map(patternsOf);
}

function patternsOf({ tags, begun }: LanguageLevel): string[] {
  const alone = tags.filter((tag) => !begun.some((start) => `${tag}-`.startsWith(`${start}-`)));
  return [...begun.map((start) => `${start}-%`), ...alone.map((tag) => `${tag}-`)];
}

/** The BCP 47 tag of a language given as tag or name; undefined where it names none. */
export function languageTag(language: string): string | undefined {
  return language.trim() === '' ? undefined : parseLanguage(language);
}

/** Days, YYYY-MM-DD, both ends inclusive; an absent end is open. */
export interface DateRange {
  readonly from?: string | null | undefined;
  readonly to?: string | null | undefined;
}

/** The digest d is of a day in the range. Throws InputError where it ends before it starts. */
export function inDates({ from, to }: DateRange, argument: readonly string[]): Sql {
  const [first, last] = [from ?? undefined, to ?? undefined];
  if (first !== undefined && last !== undefined && first > last)
    throw new InputError(
      argument,
      `${argument.join('.')}: expected from on or before to, got ${first} to ${last}`,
    );
  const bounds: Sql[] = [];
  if (first !== undefined) bounds.push(sql`d.date >= ${first}::date`);
  if (last !== undefined) bounds.push(sql`d.date <= ${last}::date`);
  return every(bounds) ?? sql`true`;
}
