import { fold } from '../language/fold.ts';
import { stretches } from './scripts.ts';
import type { TextRange } from './text-range.ts';
import { wordKey } from './word-key.ts';

/** A word and its range in a text. */
export interface Word extends TextRange {
  /** With case and accents folded. */
  readonly folded: string;
  /** Equal for words that a search treats alike, apart from stemming. */
  readonly key: string;
}

// Punctuation separates words: `text/image`, `GPT-4.1` and `x_1` are found by their parts, and as a whole by
// parts in a row.
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** The words of a text. Han, kana and Hangul have none. */
export function words(text: string): Word[] {
  const found: Word[] = [];
  for (const { unspaced, text: part, start } of stretches(text)) {
    if (unspaced) continue;
    for (const { 0: written, index } of part.matchAll(WORD)) {
      const folded = foldWord(written);
      const key = wordKey(written, folded);
      if (key !== '') found.push({ key, folded, start: start + index, end: start + index + written.length });
    }
  }
  return found;
}

/** A stop word of Postgres's English configuration: it takes a position, but is not stored. */
export const STOP_WORD = 'the';

/** The keys of a text's words. */
interface TextKeys {
  /**
   * In order. A run of Han, kana or Hangul is a stop word, so that the words around it are not next to each
   * other.
   */
  readonly keys: string[];
  /** Keys of acronyms when read in lower case, if different: `gas` for `GAs`, whose key is `ga`. */
  readonly lowerCaseKeys: string[];
}

/** The keys of a text's words. */
export function textKeys(text: string): TextKeys {
  const found: TextKeys = { keys: [], lowerCaseKeys: [] };
  for (const { unspaced, text: part } of stretches(text)) {
    if (unspaced) found.keys.push(STOP_WORD);
    for (const written of unspaced ? [] : (part.match(WORD) ?? [])) {
      const folded = foldWord(written);
      const key = wordKey(written, folded);
      if (key !== '') found.keys.push(key);
      const lower = key === folded ? key : wordKey(folded, folded);
      if (lower !== key) found.lowerCaseKeys.push(lower);
    }
  }
  return found;
}

const ASCII = /^[\0-\x7F]*$/;

/** Like `fold`, but faster for ASCII, which is most words. */
function foldWord(written: string): string {
  return ASCII.test(written) ? written.toLowerCase() : fold(written);
}

/** A word to search for. */
export interface SoughtWord {
  readonly key: string;
  /** For a prefix search, the folded beginning of the words to find. */
  readonly beginning: string | undefined;
}

/**
 * The words of a search text. `lea*` is a prefix search; `A*` is a word, because it is the name of an
 * algorithm.
 */
export function soughtWords(text: string): SoughtWord[] {
  return words(text).map(({ key, folded, end }) => ({
    key,
    beginning: text[end] === '*' && folded.length > 1 ? folded : undefined,
  }));
}
