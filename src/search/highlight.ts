import { fold } from '../language/fold.ts';
import type { Search } from './parse-search.ts';
import { characters, stretches } from './scripts.ts';
import { texts } from './text-query.ts';

/** A part of a text, in UTF-16 code units; `end` is exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** What to highlight: words in a row, folded, or characters in a row. */
export interface Sought {
  readonly where: 'title' | 'anywhere';
  readonly unspaced: boolean;
  readonly sequence: readonly string[];
}

/** What the search wants to see in a text. */
export function sought(search: Search): Sought[] {
  return texts(search, { wanted: true })
    .flatMap(({ text, where }) =>
      stretches(text).map(({ unspaced, text: part }) => ({
        where,
        unspaced,
        sequence: unspaced ? characters(part) : words(part).map(({ folded }) => folded),
      })),
    )
    .filter(({ sequence }) => sequence.length > 0);
}

/** A word where it stands. */
interface Word extends TextRange {
  readonly folded: string;
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** The words of a text; scripts without spaces between words have none. */
export function words(text: string): Word[] {
  return stretches(text).flatMap(({ unspaced, text: part, start }) =>
    unspaced
      ? []
      : [...part.matchAll(WORD)].map(({ 0: word, index }) => ({
          folded: fold(word),
          start: start + index,
          end: start + index + word.length,
        })),
  );
}

/** Where what is sought stands in the text, in order and without overlaps. `stem` gives what makes two words the same. */
export function highlights(
  text: string,
  wanted: readonly Sought[],
  stem: (folded: string) => string,
): TextRange[] {
  const inWords = words(text).map((word) => ({ ...word, key: stem(word.folded) }));
  const inRuns = stretches(text)
    .filter(({ unspaced }) => unspaced)
    .map(({ text: run, start }) => places(run, start));
  const found = wanted.flatMap(({ unspaced, sequence }) =>
    unspaced ? inRuns.flatMap((run) => occurrences(run, sequence)) : occurrences(inWords, sequence.map(stem)),
  );
  return merged(found);
}

/** The characters of a run, where they stand. */
function places(run: string, start: number): (TextRange & { key: string })[] {
  let at = start;
  return Array.from(run).flatMap((character) => {
    const from = at;
    at += character.length;
    return characters(character).map((key) => ({ key, start: from, end: at }));
  });
}

function occurrences(
  text: readonly (TextRange & { key: string })[],
  sequence: readonly string[],
): TextRange[] {
  return text.flatMap((first, index) => {
    const last = text[index + sequence.length - 1];
    const fits = last !== undefined && sequence.every((key, offset) => text[index + offset]?.key === key);
    return fits ? [{ start: first.start, end: last.end }] : [];
  });
}

function merged(ranges: readonly TextRange[]): TextRange[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = result.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}
