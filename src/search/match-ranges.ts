import { fold } from '../language/fold.ts';
import { finder } from './find-highlights.ts';
import { characters, stretches } from './scripts.ts';
import type { TextRange } from './text-range.ts';
import { words } from './words.ts';

/**
 * The parts of a text that match typed words, which are folded: the beginnings of its words or, if a typed
 * word has a typo, the most similar word.
 */
export function matchRanges(text: string, typed: readonly string[]): TextRange[] {
  const own = words(text);
  const found = typed.flatMap((word): TextRange[] => {
    if (stretches(word).some(({ unspaced }) => unspaced)) return characterRanges(text, word);
    const begun = own.filter(({ folded }) => folded.startsWith(word));
    if (begun.length > 0)
      return begun.map(({ start, end }) => ({
        start,
        end: start + lengthOf(text.slice(start, end), word.length),
      }));
    const nearest = own
      .map((each) => ({ each, near: similarity(each.folded, word) }))
      .reduce((best, next) => (next.near > best.near ? next : best), {
        each: own[0],
        near: LEAST_SIMILARITY,
      });
    return nearest.each === undefined || nearest.near <= LEAST_SIMILARITY
      ? []
      : [{ start: nearest.each.start, end: nearest.each.end }];
  });
  return [...new Map(found.map((range) => [range.start, range])).values()].toSorted(
    (a, b) => a.start - b.start,
  );
}

const LEAST_SIMILARITY = 0.2;

function characterRanges(text: string, typed: string): TextRange[] {
  const sequence = characters(typed).map((key) => ({ key, beginning: undefined }));
  return finder([{ where: 'anywhere', unspaced: true, sequence }], (word) => word)(text);
}

/**
 * Length of the shortest prefix of the word that has `length` code units once folded: folding may change
 * lengths.
 */
function lengthOf(word: string, length: number): number {
  let taken = 0;
  for (const character of word) {
    if (fold(word.slice(0, taken)).length >= length) break;
    taken += character.length;
  }
  return taken;
}

/** Similarity of two words by their trigrams, from 0 to 1, as in pg_trgm. */
function similarity(a: string, b: string): number {
  const [one, other] = [trigrams(a), trigrams(b)];
  const shared = [...one].filter((trigram) => other.has(trigram)).length;
  return shared / (one.size + other.size - shared);
}

function trigrams(word: string): Set<string> {
  const padded = `  ${word} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, at) => padded.slice(at, at + 3)));
}
