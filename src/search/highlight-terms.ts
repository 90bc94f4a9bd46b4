import { ANYTHING_BUT_WORDS, type HighlightTerms } from './find-highlights.ts';
import type { Search } from './parse-search.ts';
import { characters } from './scripts.ts';
import { phrases, readings, texts, wordsQuery, type Phrase, type Stems } from './text-query.ts';
import type { SoughtWord } from './words.ts';

/** What the search wants to see in a text; what asks nothing, as stop words alone, is nothing to see. */
export function highlightTerms(search: Search, stems: Stems): HighlightTerms[] {
  return texts(search, { wanted: true }).flatMap(({ text, where }) =>
    phrases(text).flatMap((phrase) => {
      const sequences = phrase.unspaced ? [inRuns(phrase)] : inWords(phrase, stems);
      return sequences.map((sequence) => ({ where, unspaced: phrase.unspaced, sequence }));
    }),
  );
}

function inRuns({ parts }: Phrase): SoughtWord[] {
  return parts
    .flatMap((run, index) => [...(index === 0 ? [] : [ANYTHING_BUT_WORDS]), ...characters(run)])
    .map((key) => ({ key, beginning: undefined }));
}

function inWords({ parts }: Phrase, stems: Stems): SoughtWord[][] {
  const text = parts.join('');
  return wordsQuery(text, stems) === '' ? [] : readings(text);
}
