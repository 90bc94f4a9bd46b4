import { sql, type Sql } from '../../database/sql.ts';
import { nameWords } from '../../search/name-words.ts';
import { InputError } from '../../errors/input-error.ts';
import { hasWords } from './name-conditions.ts';
import { authorIds, categoryIds, every, storable } from './conditions.ts';

/** Input `AuthorFilter`: authors must meet all fields; absent and null fields are ignored. */
export interface AuthorFilter {
  readonly search?: string | null | undefined;
  readonly names?: readonly string[] | null | undefined;
  readonly categories?: readonly string[] | null | undefined;
  readonly minPaperCount?: number | null | undefined;
}

/**
 * SQL: the filter as a condition on `author u`; undefined if it is empty. Throws InputError if a value
 * exceeds its limit.
 */
export function authorFilter(filter: AuthorFilter | null | undefined): Sql | undefined {
  const { search, names, categories, minPaperCount } = filter ?? {};
  const conditions: Sql[] = [];
  if (typeof search === 'string') conditions.push(matchesName(search));
  if (names) conditions.push(sql`u.id = any(${authorIds(storable(names, ['filter', 'names']))})`);
  if (categories) {
    const ids = categoryIds(storable(categories, ['filter', 'categories']));
    conditions.push(sql`exists (select 1 from authorship a join paper_category k on k.paper_id = a.paper_id
      where a.author_id = u.id and k.category_id = any(${ids}))`);
  }
  if (typeof minPaperCount === 'number') conditions.push(sql`u.paper_count >= ${minPaperCount}`);
  return every(conditions);
}

/** Longest search for an author's name, in characters. */
export const MAX_LENGTH = 200;

/**
 * SQL: the name has the words in any order, or is spelt similarly (at pg_trgm's default threshold, 0.6).
 * White space matches every author; punctuation alone matches none.
 */
function matchesName(search: string): Sql {
  if (search.length > MAX_LENGTH)
    throw new InputError(
      ['filter', 'search'],
      `filter.search: expected at most ${MAX_LENGTH} characters, got ${search.length}`,
    );
  const words = nameWords(search);
  if (words.length === 0) return search.trim() === '' ? sql`true` : sql`false`;
  return sql`((${hasWords(sql.raw('u.name_words'), words)}) or ${words.join(' ')} <% u.name_words)`;
}
