import { idLexeme } from './id-lexeme.ts';
import { MOST_CHARACTERS } from './most-characters.ts';
import { plainText } from './plain-text.ts';
import { holdsWord, pairs, stretches } from './scripts.ts';
import { STOP_WORD, textKeys } from './words.ts';

/** Weights of a tsvector, heaviest first: title, TL;DR, other AI text, abstract. */
type Weight = 'A' | 'B' | 'C' | 'D';

/** The texts of a paper that are searched. */
export interface Texts {
  /** Canonical. */
  readonly arxivId: string;
  readonly title: string;
  readonly abstract: string;
  /** AI text of its entries: TL;DRs, and in `parts` everything else. */
  readonly tldrs: readonly string[];
  readonly parts: readonly string[];
}

/** Input for a paper's search vector. */
export interface SearchDocument {
  /** Keys of words by weight, separated by spaces, for Postgres's English configuration. */
  readonly words: Readonly<Record<Weight, string>>;
  /**
   * A tsvector literal: arXiv id, acronyms in lower case, and pairs of characters of Han, kana and Hangul.
   */
  readonly lexemes: string;
}

/**
 * Prepares the texts of a paper for search: title, abstract and AI text in this order, up to 80,000
 * characters in all. A title with LaTeX or Greek letters is included twice, as printed and as plain text.
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
  const lowerCase = new Set(read.flatMap(({ lowerCaseKeys }) => lowerCaseKeys));
  return {
    words: { A: words('A'), B: words('B'), C: words('C'), D: words('D') },
    lexemes: [
      ...Array.from([idLexeme(arxivId), ...lowerCase], (text) => `'${text}'`),
      placedPairs(fields),
    ].join(' '),
  };
}

type Field = readonly [weight: Weight, text: string];

/** The fields up to the limit. The cut never splits a surrogate pair. */
function kept(fields: readonly Field[]): Field[] {
  let left = MOST_CHARACTERS;
  return fields.map(([weight, text]) => {
    const part = text.slice(0, left).replace(/[\uD800-\uDBFF]$/, '');
    left -= part.length;
    return [weight, part];
  });
}

// Stop words take positions: with these between texts, no phrase matches across two of them.
const APART = Array.from({ length: 8 }, () => STOP_WORD).join(' ');

/** The highest position in a tsvector. */
const LAST_POSITION = 16_383;

/**
 * The pairs of all runs. A position is skipped between texts, and at words between runs: no phrase matches
 * across it.
 */
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
