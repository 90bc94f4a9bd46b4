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
  return written(text).flatMap(({ word, start }) => {
    const key = wordKey(word);
    return key === '' ? [] : [{ key, folded: fold(word), start, end: start + word.length }];
  });
}

/** The keys of a text's words, in order. */
export function wordKeys(text: string): string[] {
  return written(text)
    .map(({ word }) => wordKey(word))
    .filter((key) => key !== '');
}

function written(text: string): { word: string; start: number }[] {
  return stretches(text).flatMap(({ unspaced, text: part, start }) =>
    unspaced ? [] : Array.from(part.matchAll(WORD), ({ 0: word, index }) => ({ word, start: start + index })),
  );
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
