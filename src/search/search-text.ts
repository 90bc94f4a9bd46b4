import { idLexeme } from './id-lexeme.ts';
import { MOST_CHARACTERS } from './most-characters.ts';
import { plainText } from './plain-text.ts';
import { holdsWord, pairs, stretches } from './scripts.ts';
import { STOP_WORD, textKeys } from './words.ts';

/** A paper's text: title, TL;DR, other AI text, abstract. A word weighs most in A. */
type Weight = 'A' | 'B' | 'C' | 'D';

/** What a search reads of a paper. */
export interface Texts {
  /** Canonical. */
  readonly arxivId: string;
  readonly title: string;
  readonly abstract: string;
  /** AI text of its entries: TL;DRs, and all other parts. */
  readonly tldrs: readonly string[];
  readonly parts: readonly string[];
}

/** What a paper's search vector is made of. */
export interface SearchDocument {
  /** By weight: keys of words with a space between them, for Postgres's English configuration. */
  readonly words: Readonly<Record<Weight, string>>;
  /** A tsvector literal: the arXiv id, acronyms in small letters, and pairs of characters of Han, kana and Hangul. */
  readonly lexemes: string;
}

/**
 * What is searched of a paper: title, then abstract, then AI text, up to 80,000 characters. A title with LaTeX or Greek letters
 * is there twice: as printed, and as plain text.
 */
export function searchDocument({ arxivId, title, abstract, tldrs, parts }: Texts): SearchDocument {
  const plain = plainText(title.slice(0, MOST_CHARACTERS));
  const fields = kept([
    ['A', title],
    ...(plain === title ? [] : [['A', plain] as const]),
    ['D', abstract],
    ...tldrs.map((text) => ['B', text] as const),
    ...parts.map((text) => ['C', text] as const),
  ]);
  const read = fields.map(([weight, text]) => ({ weight, ...textKeys(text) }));
  const words = (wanted: Weight): string =>
    read.flatMap(({ weight, keys }) => (weight === wanted ? [APART, ...keys] : [])).join(' ');
  const others = new Set(read.flatMap(({ inSmallLetters }) => inSmallLetters));
  return {
    words: { A: words('A'), B: words('B'), C: words('C'), D: words('D') },
    lexemes: [...Array.from([idLexeme(arxivId), ...others], (text) => `'${text}'`), placedPairs(fields)].join(
      ' ',
    ),
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

// No phrase reaches from one text into the next.
const APART = Array.from({ length: 8 }, () => STOP_WORD).join(' ');

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
