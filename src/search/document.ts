import { plainText } from './plain-text.ts';
import { holdsWord, pairs, stretches } from './scripts.ts';

/** Where a text stands in a paper: title, TL;DR, other AI text, abstract. A word weighs most in A. */
type Weight = 'A' | 'B' | 'C' | 'D';

/** The texts of a paper that a search reads. */
export interface Texts {
  readonly title: string;
  readonly abstract: string;
  /** AI text of its entries: TL;DRs, and all other parts. */
  readonly tldrs: readonly string[];
  readonly parts: readonly string[];
}

/** What a paper's search vector is made of. */
export interface SearchDocument {
  /** By weight: text for Postgres's English parser, with spaces where other scripts stand. */
  readonly words: Readonly<Record<Weight, string>>;
  /** Pairs of characters of Han, kana and Hangul as a tsvector literal. */
  readonly pairs: string;
}

// A tsvector holds a megabyte. A pair of characters takes at most 12 bytes of it, words take less for their length.
const MOST_CHARACTERS = 80_000;

/**
 * What is searched of a paper: title, then abstract, then AI text, as far as 80,000 characters. A title with LaTeX
 * stands there as printed and once more without it.
 */
export function searchDocument({ title, abstract, tldrs, parts }: Texts): SearchDocument {
  const plain = plainText(title);
  const fields = kept([
    ['A', title],
    ...(plain === title ? [] : [['A', plain] as const]),
    ['D', abstract],
    ...tldrs.map((text) => ['B', text] as const),
    ...parts.map((text) => ['C', text] as const),
  ]);
  const words = (wanted: Weight): string =>
    fields.flatMap(([weight, text]) => (weight === wanted ? [APART, latin(text)] : [])).join('\n');
  return {
    words: { A: words('A'), B: words('B'), C: words('C'), D: words('D') },
    pairs: placedPairs(fields),
  };
}

type Field = readonly [weight: Weight, text: string];

/** The fields as far as there is room; a text is cut between characters. */
function kept(fields: readonly Field[]): Field[] {
  let room = MOST_CHARACTERS;
  return fields.map(([weight, text]) => {
    const part = text.slice(0, room).replace(/[\uD800-\uDBFF]$/, '');
    room -= part.length;
    return [weight, part];
  });
}

// Stop words take a position each and are not kept: no phrase reaches from one text into the next.
const APART = 'the '.repeat(8);

/** Positions in a tsvector end here. */
const LAST_POSITION = 16_383;

/** The pairs of the texts' runs. No phrase reaches over the position left out between texts, and at a word between runs. */
function placedPairs(fields: readonly Field[]): string {
  const lexemes: string[] = [];
  let position = 0;
  for (const [weight, text] of fields) {
    position += 1;
    for (const { unspaced, text: part } of stretches(text)) {
      if (!unspaced && holdsWord(part)) position += 1;
      for (const pair of unspaced ? pairs(part) : [])
        lexemes.push(`'${pair}':${Math.min(++position, LAST_POSITION)}${weight}`);
    }
  }
  return lexemes.join(' ');
}

/** The text with a space for each run of Han, kana or Hangul; accents in one way of writing. */
export function latin(text: string): string {
  return stretches(text)
    .map((stretch) => (stretch.unspaced ? ' ' : stretch.text))
    .join('')
    .normalize('NFC');
}
