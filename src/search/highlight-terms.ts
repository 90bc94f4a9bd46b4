import { ANYTHING_BUT_WORDS, type HighlightTerm } from './find-highlights.ts';
import type { Search } from './parse-search.ts';
import { phrases, textSearches, type Phrase, type Reading } from './phrases.ts';
import { characters } from './scripts.ts';
import { NOTHING, phraseQuery, type Stems } from './text-query.ts';

/** The words and characters to highlight for a search. Phrases of stop words alone are not highlighted. */
export function highlightTerms(search: Search, stems: Stems): HighlightTerm[] {
  return textSearches(search, { wanted: true }).flatMap(({ text, where }) =>
    phrases(text)
      .filter((phrase) => phraseQuery(phrase, stems) !== NOTHING)
      .flatMap((phrase) =>
        sequences(phrase).map((sequence) => ({ where, unspaced: phrase.unspaced, sequence })),
      ),
  );
}

function sequences(phrase: Phrase): readonly Reading[] {
  return phrase.unspaced ? [charactersInRow(phrase.runs)] : phrase.readings;
}

function charactersInRow(runs: readonly string[]): Reading {
  return runs
    .flatMap((run, index) => [...(index === 0 ? [] : [ANYTHING_BUT_WORDS]), ...characters(run)])
    .map((key) => ({ key, beginning: undefined }));
}
