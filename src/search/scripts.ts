import { simplified } from './simplified.ts';
import type { TextRange } from './text-range.ts';

// Han, kana and Hangul are searched by characters, because they are (or may be) written without spaces
// between words.
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ーｰ`;

// Marks that follow the kana that they voice, in decomposed and in half-width text.
const VOICING = String.raw`\u3099\u309A\uFF9E\uFF9F`;

// Zero-width characters, such as byte order marks: they do not separate words.
const INVISIBLE = String.raw`\u200B\u200C\u200D\u2060\uFEFF`;

const RUN = `[${UNSPACED}][${UNSPACED}${VOICING}]*`;

const RUNS = new RegExp(`${RUN}(?:[${INVISIBLE}]+${RUN})*`, 'gu');

/** Part of a text that is in one kind of script. */
export interface Stretch {
  /** Whether it consists of Han, kana and Hangul; otherwise it contains none of them. */
  readonly unspaced: boolean;
  readonly text: string;
  /** Offset in the whole text, in UTF-16 code units. */
  readonly start: number;
}

/**
 * Splits a text where scripts written without spaces begin and end. Joined, the stretches are the whole text.
 */
export function stretches(text: string): Stretch[] {
  const found: Stretch[] = [];
  let at = 0;
  const words = (end: number): void => {
    if (end > at) found.push({ unspaced: false, text: text.slice(at, end), start: at });
  };
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    words(index);
    found.push({ unspaced: true, text: run, start: index });
    at = index + run.length;
  }
  words(text.length);
  return found;
}

/** Whether a text contains a word or a number. */
export function holdsWord(text: string): boolean {
  return /[\p{L}\p{M}\p{N}]/u.test(text);
}

const INVISIBLES = new RegExp(`[${INVISIBLE}]+`, 'gu');

/**
 * The characters of a run in the form in which they are compared: simplified, NFKC, without invisible
 * characters.
 */
export function characters(run: string): string[] {
  return Array.from(run.replaceAll(INVISIBLES, '').normalize('NFKC'), simplified);
}

/** A character in the form in which it is compared, and its range in the text. */
interface PlacedCharacter extends TextRange {
  readonly key: string;
}

// Kana with voicing marks, and the letters of a Hangul syllable, become one character in NFKC.
const COMPOSED = new RegExp(`[^][${VOICING}\\u1160-\\u11FF\\u314F-\\u3163\\uFFC2-\\uFFDC]*`, 'gu');

/** The characters of a stretch with their ranges in the text. */
export function placedCharacters({ text, start }: Stretch): PlacedCharacter[] {
  return [...text.matchAll(COMPOSED)].flatMap(({ 0: composed, index }) => {
    const place = { start: start + index, end: start + index + composed.length };
    return comparedCharacters(composed).map((key) => ({ key, ...place }));
  });
}

/** All pairs of neighbouring characters, then the last character alone, which marks the end of the run. */
export function pairs(run: string): string[] {
  const all = characters(run);
  return all.map((character, index) => character + (all[index + 1] ?? ''));
}

/** Cache for single code units: normalising each occurrence takes many times longer. */
const compared = new Map<string, readonly string[]>();

function comparedCharacters(composed: string): readonly string[] {
  if (composed.length > 1) return characters(composed);
  const keys = compared.get(composed) ?? characters(composed);
  compared.set(composed, keys);
  return keys;
}
