import { completions } from './completions.ts';
import type { Search } from './parse-search.ts';
import { plainText } from './plain-text.ts';
import { stretches } from './scripts.ts';
import { soughtWords, type SoughtWord } from './words.ts';

/** A search for text. */
export type TextSearch = Extract<Search, { kind: 'text' }>;

/** Part of a search text whose words or characters must follow one another. */
export type Phrase =
  | {
      readonly unspaced: true;
      /** Runs of Han, kana or Hangul that the text separates by white space. */
      readonly runs: string[];
    }
  | {
      readonly unspaced: false;
      /** The words, in each way to read them. */
      readonly readings: readonly Reading[];
    };

/** Words in a row. */
export type Reading = readonly SoughtWord[];

/** The text searches in a search. `wanted`: without those in `not`. */
export function textSearches(search: Search, { wanted = false } = {}): TextSearch[] {
  switch (search.kind) {
    case 'text':
      return [search];
    case 'not':
      return wanted ? [] : textSearches(search.of);
    case 'all':
    case 'any':
      return search.of.flatMap((each) => textSearches(each, { wanted }));
    default:
      return [];
  }
}

/**
 * The phrases of a search text. It is cut where words and other scripts meet; punctuation alone is no phrase.
 */
export function phrases(text: string): Phrase[] {
  const found: Phrase[] = [];
  for (const { unspaced, text: part } of stretches(text)) {
    const last = found.at(-1);
    if (part.trim() === '') continue;
    if (!unspaced) found.push({ unspaced, readings: readingsOf(part) });
    else if (last?.unspaced === true) last.runs.push(part);
    else found.push({ unspaced, runs: [part] });
  }
  return found.filter((phrase) => phrase.unspaced || phrase.readings.length > 0);
}

/**
 * The distinct readings of words: as typed, as plain text, and in lower case. In lower case, `mas` may be the
 * acronym `MAS` or the plural of `MA`, and `imus` the plural of `IMU`.
 */
function readingsOf(text: string): Reading[] {
  const all = [
    soughtWords(text),
    soughtWords(plainText(text)),
    soughtWords(text.toLowerCase()).map((word) => ({ ...word, key: word.key.replace(/(?<=.[^o])us$/, 'u') })),
    soughtWords(text.toLowerCase()),
  ];
  const distinct = new Map(all.map((reading) => [JSON.stringify(reading), reading]));
  return [...distinct.values()].filter((reading) => reading.length > 0);
}

/** The keys of words whose stems a search needs. */
export function keysOf(search: Search): string[] {
  const words = textSearches(search).flatMap(({ text }) =>
    phrases(text).flatMap((phrase) => (phrase.unspaced ? [] : phrase.readings.flat())),
  );
  return [...new Set(words.flatMap(({ key, beginning }) => [key, ...completions(beginning)]))];
}
