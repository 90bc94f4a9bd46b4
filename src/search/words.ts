import { fold } from '../language/fold.ts';
import { stretches } from './scripts.ts';
import type { TextRange } from './text-range.ts';
import { wordKey } from './word-key.ts';

/** A word where it stands. */
export interface Word extends TextRange {
  /** Case and accents folded. */
  readonly folded: string;
  /** Equal for words that a search takes for the same, but for their stems. */
  readonly key: string;
}

// Every sign parts words: `text/image`, `GPT-4.1` and `x_1` are found by their parts, and whole as parts in a row.
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** The words of a text; scripts without spaces between words have none. */
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

/** It takes a position in Postgres's English configuration and is not kept. */
export const STOP_WORD = 'the';

/** The keys of a text's words. */
interface TextKeys {
  /** In order; a stop word for a run of Han, kana or Hangul: words before and after it are not next to each other. */
  readonly keys: string[];
  /** Keys that acronyms would have in small letters, where others: `gas` of `GAs`. */
  readonly inSmallLetters: string[];
}

/** The keys of a text's words. */
export function textKeys(text: string): TextKeys {
  const found: TextKeys = { keys: [], inSmallLetters: [] };
  for (const { unspaced, text: part } of stretches(text)) {
    if (unspaced) found.keys.push(STOP_WORD);
    for (const written of unspaced ? [] : (part.match(WORD) ?? [])) {
      const folded = foldWord(written);
      const key = wordKey(written, folded);
      if (key !== '') found.keys.push(key);
      const small = key === folded ? key : wordKey(folded, folded);
      if (small !== key) found.inSmallLetters.push(small);
    }
  }
  return found;
}

const ASCII = /^[\0-\x7F]*$/;

/** As `fold`, which for most words has more to look for than a word has. */
function foldWord(written: string): string {
  return ASCII.test(written) ? written.toLowerCase() : fold(written);
}

/** A word that a search asks for. */
export interface SoughtWord {
  readonly key: string;
  /** The beginning of the words asked for, folded; undefined where one word is asked for. */
  readonly beginning: string | undefined;
}

/** The words of a search in a row. `lea*` asks for words that begin so, `A*` for a word: it is an algorithm's name. */
export function soughtWords(text: string): SoughtWord[] {
  return words(text).map(({ key, folded, end }) => ({
    key,
    beginning: text[end] === '*' && folded.length > 1 ? folded : undefined,
  }));
}
