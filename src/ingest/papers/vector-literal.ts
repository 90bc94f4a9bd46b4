import type { SearchDocument } from '../../search/search-text.ts';
import type { Lexed } from './lexemes.ts';

// A vector keeps 255 positions of a lexeme, none above 16,383. Texts near these limits are left to Postgres.
const MOST_PLACES = 200;
const LAST_POSITION = 16_000;

const WEIGHTS = ['A', 'B', 'C', 'D'] as const;

/** The keys of a document's words, by weight. */
export function keysOf({ words }: SearchDocument): string[][] {
  return WEIGHTS.map((weight) => (words[weight] === '' ? [] : words[weight].split(' ')));
}

/**
 * The search vector of a document as a literal: equal to what Postgres makes of its words by weight, joined,
 * and its lexemes. `keys` are those of `keysOf`. Undefined if the text is so long that positions may be lost.
 */
export function vectorLiteral(
  keys: readonly (readonly string[])[],
  lexemes: string,
  lexed: ReadonlyMap<string, Lexed>,
): string | undefined {
  const places = new Map<string, string>();
  let last = 0;
  const add = (lexeme: string, position: number, weight: string): void => {
    const before = places.get(lexeme);
    places.set(lexeme, before ? `${before},${position}${weight}` : `:${position}${weight}`);
    last = position;
  };
  for (const [index, weight] of WEIGHTS.entries()) {
    let position = last;
    for (const key of keys[index] ?? []) {
      const known = lexed.get(key);
      if (known === undefined) throw new Error(`expected the lexemes of ${key}, found none`);
      for (const [lexeme, place] of known.lexemes) add(lexeme, position + place, weight);
      position += known.width;
    }
  }
  const from = last;
  for (const token of lexemes.trimEnd().split(' ')) {
    const end = token.lastIndexOf("'");
    const lexeme = token.slice(1, end);
    if (end + 1 < token.length) add(lexeme, from + Number(token.slice(end + 2, -1)), token.slice(-1));
    else if (!places.has(lexeme)) places.set(lexeme, '');
  }
  return last > LAST_POSITION || hasMany(places) ? undefined : literal(places);
}

/** Whether a lexeme has more places than a vector surely keeps. */
function hasMany(places: ReadonlyMap<string, string>): boolean {
  for (const printed of places.values())
    if (printed.length > 2 * MOST_PLACES && printed.split(',').length > MOST_PLACES) return true;
  return false;
}

function literal(places: ReadonlyMap<string, string>): string {
  let printed = '';
  for (const [lexeme, at] of places) printed += `'${lexeme}'${at} `;
  return printed;
}
