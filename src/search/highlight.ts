import { fold } from '../language/fold.ts';
import { placedPlainText, plainText } from './plain-text.ts';
import { holdsWord, placedCharacters, stretches } from './scripts.ts';
import { mergeRanges, type TextRange } from './text-range.ts';

/** What to highlight: words in a row, folded, or characters in a row. */
export interface Sought {
  readonly where: 'title' | 'anywhere';
  readonly unspaced: boolean;
  readonly sequence: readonly string[];
}

/** Among characters in a row: what parts two runs of them without a word between. */
export const ANYTHING_BUT_WORDS = ' ';

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

/** Finds what is sought in a text: in order and without overlaps. */
export type Find = (text: string) => TextRange[];

/** Finds these; `stem` gives what makes two words the same. A text is read once, however much is sought. */
export function finder(wanted: readonly Sought[], stem: (folded: string) => string): Find {
  const sequences = (inRuns: boolean) =>
    wanted.filter(({ unspaced }) => unspaced === inRuns).map(({ sequence }) => sequence);
  const inWords = treeOf(sequences(false).map((sequence) => sequence.map(stem)));
  const inRuns = treeOf(sequences(true));
  return (text) => {
    const keyed = words(text).map(({ folded, ...place }) => ({ key: stem(folded), ...place }));
    return mergeRanges([...occurrences(keyed, inWords), ...occurrences(charactersOf(text), inRuns)]);
  };
}

/** As `find`, in a title: it is searched as printed and without its LaTeX. */
export function findInTitle(find: Find, title: string): TextRange[] {
  const printed = find(title);
  if (plainText(title) === title) return printed;
  const { text, places } = placedPlainText(title);
  const plain = find(text).map(({ start, end }) => ({
    start: places[start]?.start ?? 0,
    end: places[end - 1]?.end ?? 0,
  }));
  return mergeRanges([...printed, ...plain]);
}

/** A word or a character of a text. */
interface Place extends TextRange {
  readonly key: string;
}

function charactersOf(text: string): Place[] {
  return stretches(text).flatMap((stretch) => {
    if (stretch.unspaced) return placedCharacters(stretch);
    const { start, text: part } = stretch;
    return [{ key: holdsWord(part) ? part : ANYTHING_BUT_WORDS, start, end: start + part.length }];
  });
}

/** Sequences, by how they begin. */
interface Tree {
  /** A sequence ends here. */
  whole: boolean;
  readonly next: Map<string, Tree>;
}

function treeOf(sequences: readonly (readonly string[])[]): Tree {
  const root: Tree = { whole: false, next: new Map() };
  for (const sequence of sequences) {
    let tree = root;
    for (const key of sequence) {
      const next = tree.next.get(key) ?? { whole: false, next: new Map() };
      tree.next.set(key, next);
      tree = next;
    }
    tree.whole = true;
  }
  return root;
}

/** The longest sequence that begins at each place. */
function occurrences(text: readonly Place[], sequences: Tree): TextRange[] {
  return text.flatMap(({ start }, first) => {
    let longest: Place | undefined;
    let tree: Tree | undefined = sequences;
    for (let index = first; tree !== undefined; index++) {
      const place: Place | undefined = text[index];
      tree = place && tree.next.get(place.key);
      if (tree?.whole === true) longest = place;
    }
    return longest === undefined ? [] : [{ start, end: longest.end }];
  });
}
