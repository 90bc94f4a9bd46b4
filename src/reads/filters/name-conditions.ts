import { sql, type Sql } from '../../database/sql.ts';

/**
 * SQL: the column, in which spaces surround each word, has all of the words; with `begun`, words that begin
 * with them.
 */
export function hasWords(column: Sql, words: readonly string[], { begun = false } = {}): Sql {
  return sql.join(
    words.map((word) => sql`${column} like ${`% ${escapeLike(word)}${begun ? '' : ' '}%`}`),
    ' and ',
  );
}

/** The text as a LIKE pattern that matches only it. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
