import { plainText } from './plain-text.ts';
import { pairs, stretches } from './scripts.ts';

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
  const fields: [Weight, string][] = [
    ['A', title],
    ...(plain === title ? [] : [['A', plain] as [Weight, string]]),
    ['D', abstract],
    ...tldrs.map((text): [Weight, string] => ['B', text]),
    ...parts.map((text): [Weight, string] => ['C', text]),
  ];
  const words: Record<Weight, string[]> = { A: [], B: [], C: [], D: [] };
  const lexemes: string[] = [];
  let room = MOST_CHARACTERS;
  for (const [weight, text] of fields) {
    const kept = text.slice(0, room);
    room -= kept.length;
    words[weight].push(APART, latin(kept));
    for (const pair of runsOf(kept)) lexemes.push(`'${pair}':${position(lexemes.length)}${weight}`);
  }
  const joined = (weight: Weight): string => words[weight].join('\n');
  return {
    words: { A: joined('A'), B: joined('B'), C: joined('C'), D: joined('D') },
    pairs: lexemes.join(' '),
  };
}

// Stop words take a position each and are not kept: no phrase reaches from one text into the next.
const APART = 'the '.repeat(8);

/** Positions in a tsvector end here. */
const LAST_POSITION = 16_383;

function position(index: number): number {
  return Math.min(index + 1, LAST_POSITION);
}

/** The text with a space for each run of Han, kana or Hangul; accents in one way of writing. */
export function latin(text: string): string {
  return stretches(text)
    .map((stretch) => (stretch.unspaced ? ' ' : stretch.text))
    .join('')
    .normalize('NFC');
}

function runsOf(text: string): string[] {
  return stretches(text).flatMap((stretch) => (stretch.unspaced ? pairs(stretch.text) : []));
}
