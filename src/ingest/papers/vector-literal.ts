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
 * The search vector of a document's words as a literal: equal to what Postgres makes of the words of each
 * weight, joined. `keys` are those of `keysOf`. Undefined if the text is so long that positions may be lost.
 */
export function vectorLiteral(
  keys: readonly (readonly string[])[],
  lexed: ReadonlyMap<string, Lexed>,
): string | undefined {
  const places = new Map<string, string>();
  let last = 0;
  for (const [index, weight] of WEIGHTS.entries()) {
    let position = last;
    for (const key of keys[index] ?? []) {
      const known = lexed.get(key);
      if (known === undefined) throw new Error(`expected the lexemes of ${key}, found none`);
      for (const [lexeme, place] of known.lexemes) {
        last = position + place;
        const before = places.get(lexeme);
        places.set(lexeme, before === undefined ? `${last}${weight}` : `${before},${last}${weight}`);
      }
      position += known.width;
    }
  }
  if (last > LAST_POSITION) return undefined;
  let literal = '';
  for (const [lexeme, printed] of places) {
    if (printed.length > 2 * MOST_PLACES && printed.split(',').length > MOST_PLACES) return undefined;
    literal += `'${lexeme}':${printed} `;
  }
  return literal;
}
