import type { SearchDocument } from '../../search/search-text.ts';
import type { Lexed } from './lexemes.ts';

// A vector keeps 255 positions of a lexeme, none above 16,383. Texts near these limits are left to Postgres.
const MOST_PLACES = 200;
const LAST_POSITION = 16_000;

const WEIGHTS = ['A', 'B', 'C', 'D'] as const;

/** The keys of a document's words. */
export function keysOf({ words }: SearchDocument): string[] {
  return WEIGHTS.flatMap((weight) => split(words[weight]));
}

function split(words: string): string[] {
  return words === '' ? [] : words.split(' ');
}

/**
 * The search vector of a document as a literal: equal to what Postgres makes of its words by weight, joined,
 * and its lexemes. Undefined if the text is so long that positions may be lost.
 */
export function vectorLiteral(
  { words, lexemes }: SearchDocument,
  lexed: ReadonlyMap<string, Lexed>,
): string | undefined {
  const places = new Places();
  for (const weight of WEIGHTS) {
    let position = places.last;
    for (const key of split(words[weight])) {
      const { lexemes: own, width } = lexed.get(key) ?? { lexemes: [], width: 0 };
      for (const [lexeme, place] of own) places.add(lexeme, position + place, weight);
      position += width;
    }
  }
  const from = places.last;
  for (const [, lexeme = '', place, weight = ''] of lexemes.matchAll(/'([^']+)'(?::(\d+)(\w))?/g))
    if (place === undefined) places.addAnywhere(lexeme);
    else places.add(lexeme, from + Number(place), weight);
  return places.literal();
}

/** Lexemes and their places. */
class Places {
  readonly #places = new Map<string, string[]>();
  #last = 0;
  #most = 0;

  /** The highest position. */
  get last(): number {
    return this.#last;
  }

  add(lexeme: string, position: number, weight: string): void {
    const places = this.addAnywhere(lexeme);
    this.#most = Math.max(this.#most, places.push(`${position}${weight}`));
    this.#last = Math.max(this.#last, position);
  }

  addAnywhere(lexeme: string): string[] {
    const places = this.#places.get(lexeme) ?? [];
    if (places.length === 0) this.#places.set(lexeme, places);
    return places;
  }

  literal(): string | undefined {
    if (this.#most > MOST_PLACES || this.#last > LAST_POSITION) return undefined;
    const lexemes = Array.from(this.#places, ([lexeme, places]) => {
      return places.length === 0 ? `'${lexeme}'` : `'${lexeme}':${places.join(',')}`;
    });
    return lexemes.join(' ');
  }
}
