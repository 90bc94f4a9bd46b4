import { namedCategories } from '../../arxiv/categories.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { fold } from '../../language/fold.ts';
import { languageLevels, languageRange, type LanguageLevel } from '../../language/language-range.ts';
import { parseLanguage } from '../../language/language.ts';
import { InputError } from '../../errors/input-error.ts';

// SQL conditions of which filters are made. Each is true or false, never null, so that `not` can negate it.

/** Most values of one list in a filter. */
export const MAX_VALUES = 100;

/**
 * The values of a list that text in Postgres can contain, that is, without NUL. Throws InputError above 100
 * values.
 */
export function storable(values: readonly string[], argument: readonly string[]): string[] {
  if (values.length > MAX_VALUES)
    throw new InputError(
      argument,
      `${argument.join('.')}: expected at most ${MAX_VALUES} values, got ${values.length}`,
    );
  return values.filter((value) => !value.includes('\0'));
}

/** SQL: all of the conditions; undefined if there are none. */
export function every(conditions: readonly Sql[]): Sql | undefined {
  return conditions.length === 0 ? undefined : sql`(${sql.join(conditions, ' and ')})`;
}

/** SQL: the ids of the categories that the values name, as `namedCategories` reads them. */
export function categoryIds(values: readonly string[]): Sql {
  const { codes, archives } = namedCategories(values);
  return sql`array(select c.id from category c
    where c.code = any(${codes}::text[]) or split_part(c.code, '.', 1) = any(${archives}::text[]))`;
}

/** SQL: the ids of the authors with these names, ignoring case and accents. */
export function authorIds(names: readonly string[]): Sql {
  return sql`array(select u.id from author u where u.name_folded = any(${names.map(fold)}::text[]))`;
}

/** SQL: the source of `digest d` has one of these names. */
export function ofSources(values: readonly string[]): Sql {
  return sql`d.source_id = any(array(select s.id from source s where s.name = any(${values}::text[])))`;
}

/**
 * SQL: the language of `digest d` is covered by one of the values, which are tags or names. False for raw
 * listings.
 */
export function inLanguages(values: readonly string[]): Sql {
  const patterns = values.flatMap((value) => {
    const tag = languageTag(value);
    return tag === undefined ? [] : patternsOf(languageRange(tag));
  });
  return sql`(d.language is not null and d.language || '-' like any(${[...new Set(patterns)]}::text[]))`;
}

/**
 * LIKE patterns of the tags that satisfy a language, each tag with a hyphen appended. Grouped by level, best
 * first.
 */
export function languagePatterns(language: string): string[][] {
  const tag = languageTag(language);
  return tag === undefined ? [] : languageLevels(tag).map(patternsOf);
}

function patternsOf({ tags, begun }: LanguageLevel): string[] {
  const alone = tags.filter((tag) => !begun.some((start) => `${tag}-`.startsWith(`${start}-`)));
  return [...begun.map((start) => `${start}-%`), ...alone.map((tag) => `${tag}-`)];
}

/** The BCP 47 tag of a language, which may be a tag or a name; undefined for other text. */
export function languageTag(language: string): string | undefined {
  return language.trim() === '' ? undefined : parseLanguage(language);
}

/** Days as YYYY-MM-DD, both ends inclusive. An absent end is open. */
export interface DateRange {
  readonly from?: string | null | undefined;
  readonly to?: string | null | undefined;
}

/** SQL: the date of `digest d` is in the range. Throws InputError if the range ends before it starts. */
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
