import { LRUCache } from 'lru-cache';
import type { Transaction } from '../../database/transaction.ts';

/** What Postgres's English configuration makes of a key. */
export interface Lexed {
  /** The lexemes with their positions, from 1; none for a stop word. */
  readonly lexemes: readonly (readonly [lexeme: string, position: number])[];
  /** The number of positions that the key takes, those of stop words included. */
  readonly width: number;
}

/** The keys that are remembered. Half of all words of a digest are among the 1,000 most frequent ones. */
const MOST_KEYS = 50_000;

const known = new LRUCache<string, Lexed>({ max: MOST_KEYS });

// How other words are split depends on the locale of the database.
const PORTABLE = /^[a-z0-9]{1,64}$/;

/**
 * The lexemes of keys of words (`search/words.ts`). They contain letters, marks and digits only, so each means
 * the same whatever is around it. Postgres is asked once for each key, as splitting and stemming the words of
 * whole texts takes it longer than storing them.
 */
export async function lexemesOf(
  tx: Transaction,
  lists: readonly (readonly string[])[],
): Promise<Map<string, Lexed>> {
  const found = new Map<string, Lexed>();
  const unknown = new Set<string>();
  for (const keys of lists)
    for (const key of keys) {
      if (found.has(key)) continue;
      const lexed = known.get(key);
      if (lexed === undefined) unknown.add(key);
      else found.set(key, lexed);
    }
  if (unknown.size === 0) return found;
  for (const { key, lexemes, positions } of await lex(tx, [...unknown])) {
    // The last lexeme is that of the word after the key.
    const width = (positions.at(-1) ?? 1) - 1;
    const own = lexemes.slice(0, -1).map((lexeme, index) => [lexeme, positions[index] ?? 1] as const);
    const lexed = { lexemes: own, width };
    found.set(key, lexed);
    if (PORTABLE.test(key)) known.set(key, lexed);
  }
  return found;
}

interface Row {
  readonly key: string;
  readonly lexemes: readonly string[];
  readonly positions: readonly number[];
}

/** A word after each key shows how many positions the key takes. */
async function lex(tx: Transaction, keys: readonly string[]): Promise<Row[]> {
  return await tx.query<Row>`
    select k.key, array_agg(u.lexeme order by place) as lexemes,
      array_agg(place::int order by place) as positions
    from jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb) k(key)
      cross join lateral unnest(to_tsvector('english', k.key || ' end')) u
      cross join lateral unnest(u.positions) place
    group by k.key`;
}
