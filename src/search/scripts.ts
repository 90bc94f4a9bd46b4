import { simplified } from './simplified.ts';
import type { TextRange } from './text-range.ts';

// Han, kana and Hangul are written without spaces between words: they are searched by their characters.
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ーｰ`;

// Marks behind the kana that they voice, in decomposed and in half-width texts.
const VOICING = String.raw`\u3099\u309A\uFF9E\uFF9F`;

// Zero-width characters that break lines or mark bytes, not words.
const INVISIBLE = String.raw`\u200B\u200C\u200D\u2060\uFEFF`;

const RUN = `[${UNSPACED}][${UNSPACED}${VOICING}]*`;

const RUNS = new RegExp(`${RUN}(?:[${INVISIBLE}]+${RUN})*`, 'gu');

/** A stretch of text in one kind of script. */
export interface Stretch {
  /** Han, kana or Hangul alone; else anything but them. */
  readonly unspaced: boolean;
  readonly text: string;
  /** Where it stands in the text, in UTF-16 code units. */
  readonly start: number;
}

/** The text cut where scripts written without spaces begin and end; the stretches in order are the whole text. */
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

/** Whether a stretch has a word or a number. */
export function holdsWord(text: string): boolean {
  return /[\p{L}\p{M}\p{N}]/u.test(text);
}

const INVISIBLES = new RegExp(`[${INVISIBLE}]+`, 'gu');

/** The characters of a run as they are compared: simplified, compatibility forms resolved, invisible ones left out. */
export function characters(run: string): string[] {
  return Array.from(run.replaceAll(INVISIBLES, '').normalize('NFKC'), simplified);
}

/** A character of a run as it is compared, where it stands in the text. */
interface PlacedCharacter extends TextRange {
  readonly key: string;
}

// Kana with their voicing, and the letters of a Hangul syllable, are one character where they are composed.
const COMPOSED = new RegExp(`[^][${VOICING}\\u1160-\\u11FF\\u314F-\\u3163\\uFFC2-\\uFFDC]*`, 'gu');

/** The characters of a stretch, where they stand. */
export function placedCharacters({ text, start }: Stretch): PlacedCharacter[] {
  return [...text.matchAll(COMPOSED)].flatMap(({ 0: composed, index }) => {
    const place = { start: start + index, end: start + index + composed.length };
    return comparedCharacters(composed).map((key) => ({ key, ...place }));
  });
}

/** Each two neighbouring characters; a run ends with its last character alone, which keeps runs apart. */
export function pairs(run: string): string[] {
  const all = characters(run);
  return all.map((character, index) => character + (all[index + 1] ?? ''));
}

/** Of single code units that have come: looking them up takes a fraction of the time. */
const compared = new Map<string, readonly string[]>();

function comparedCharacters(composed: string): readonly string[] {
  if (composed.length > 1) return characters(composed);
  const keys = compared.get(composed) ?? characters(composed);
  compared.set(composed, keys);
  return keys;
}
