import { ANYTHING_BUT_WORDS, words, type Sought } from './highlight.ts';
import type { Search } from './parse-search.ts';
import { plainText } from './plain-text.ts';
import { characters } from './scripts.ts';
import { phrases, texts, wordsQuery, type Phrase, type Stems } from './text-query.ts';

/** What the search wants to see in a text; what asks nothing, as stop words alone, is nothing to see. */
export function sought(search: Search, stems: Stems): Sought[] {
  return texts(search, { wanted: true }).flatMap(({ text, where }) =>
    phrases(text).flatMap((phrase) => {
      const sequences = phrase.unspaced ? [inRuns(phrase)] : inWords(phrase, stems);
      return sequences.map((sequence) => ({ where, unspaced: phrase.unspaced, sequence }));
    }),
  );
}

function inRuns({ parts }: Phrase): string[] {
  return parts.flatMap((run, index) => [...(index === 0 ? [] : [ANYTHING_BUT_WORDS]), ...characters(run)]);
}

/** As printed, and without LaTeX. */
function inWords({ parts }: Phrase, stems: Stems): string[][] {
  const text = parts.join('');
  if (wordsQuery(text, stems) === '') return [];
  return [...new Set([text, plainText(text)])]
    .map((reading) => words(reading).map(({ folded }) => folded))
    .filter((sequence) => sequence.length > 0);
}
