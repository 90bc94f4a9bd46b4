import { sql, type Sql } from '../../database/sql.ts';

/** SQL: the column, which has a space around each word, has all of the words; `begun`: words that begin with them. */
export function hasWords(column: Sql, words: readonly string[], { begun = false } = {}): Sql {
  return sql.join(
    words.map((word) => sql`${column} like ${`% ${escapeLike(word)}${begun ? '' : ' '}%`}`),
    ' and ',
  );
}

/** Text that `like` takes at its word. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
