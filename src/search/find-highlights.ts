import type { Where } from './parse-search.ts';
import { MOST_CHARACTERS } from './most-characters.ts';
import { plainText, placedPlainText } from './plain-text.ts';
import { holdsWord, placedCharacters, stretches } from './scripts.ts';
import { mergeRanges, type TextRange } from './text-range.ts';
import { words, type SoughtWord } from './words.ts';

/** A sequence of words or of characters to highlight. */
export interface HighlightTerm {
  readonly where: Where;
  /** Whether the elements of the sequence are characters of Han, kana or Hangul, not words. */
  readonly unspaced: boolean;
  readonly sequence: readonly SoughtWord[];
}

/** Element of a sequence of characters: separates two runs without a word between them. */
export const ANYTHING_BUT_WORDS = ' ';

/** Finds terms in a text. The ranges are in order and do not overlap. */
export type Find = (text: string) => TextRange[];

/**
 * Creates a finder for terms. Words match if the stems of their keys are equal. Only the searched part of a
 * text is highlighted. A text is read once, however many terms there are.
 */
export function finder(wanted: readonly HighlightTerm[], stem: (key: string) => string): Find {
  const sequences = (inRuns: boolean) =>
    wanted.filter(({ unspaced }) => unspaced === inRuns).map(({ sequence }) => sequence);
  const inWords = treeOf(
    sequences(false).map((sequence) => sequence.map((word) => ({ ...word, key: stem(word.key) }))),
  );
  const inRuns = treeOf(sequences(true));
  return (whole) => {
    const text = whole.slice(0, MOST_CHARACTERS);
    return mergeRanges([
      ...occurrences(wordsOf(text, stem), inWords),
      ...occurrences(charactersOf(text), inRuns),
    ]);
  };
}

/**
 * Finds terms in a title, which is searched as printed and as plain text. Ranges refer to the printed title.
 */
export function findInTitle(find: Find, title: string): TextRange[] {
  const printed = find(title);
  const searched = title.slice(0, MOST_CHARACTERS);
  if (plainText(searched) === searched) return printed;
  const { text, placeOf } = placedPlainText(searched);
  return mergeRanges([...printed, ...find(text).map(placeOf)]);
}

/** A word or character in a text. */
interface Place extends TextRange {
  readonly key: string;
  /** Only for words. */
  readonly folded?: string;
}

/**
 * Key of a run of Han, kana or Hangul among words: it matches no word, so words around it are not in a row.
 */
const NO_WORD = '';

function wordsOf(text: string, stem: (key: string) => string): Place[] {
  return stretches(text).flatMap(({ unspaced, text: part, start }): Place[] => {
    if (unspaced) return [{ key: NO_WORD, start, end: start + part.length }];
    return words(part).map((word) => ({
      key: stem(word.key),
      folded: word.folded,
      start: start + word.start,
      end: start + word.end,
    }));
  });
}

function charactersOf(text: string): Place[] {
  return stretches(text).flatMap((stretch) => {
    if (stretch.unspaced) return placedCharacters(stretch);
    const { start, text: part } = stretch;
    return [{ key: holdsWord(part) ? part : ANYTHING_BUT_WORDS, start, end: start + part.length }];
  });
}

/** A trie of sequences: each level is one more word or character. */
interface Tree {
  /** Whether a sequence ends here. */
  whole: boolean;
  /** By the key of the next word or character. */
  readonly next: Map<string, Tree>;
  /** By the beginning of the next word, for prefix searches. */
  readonly begun: Map<string, Tree>;
  /** Lengths of the keys of `begun`: only these prefixes of a word are looked up. */
  readonly lengths: Set<number>;
}

const newTree = (): Tree => ({ whole: false, next: new Map(), begun: new Map(), lengths: new Set() });

function treeOf(sequences: readonly (readonly SoughtWord[])[]): Tree {
  const root = newTree();
  for (const sequence of sequences) {
    let tree = root;
    for (const { key, beginning } of sequence) {
      const [branches, name] = beginning === undefined ? [tree.next, key] : [tree.begun, beginning];
      if (beginning !== undefined) tree.lengths.add(beginning.length);
      const next = branches.get(name) ?? newTree();
      branches.set(name, next);
      tree = next;
    }
    tree.whole = true;
  }
  return root;
}

/** The longest match at each place. */
function occurrences(text: readonly Place[], sequences: Tree): TextRange[] {
  return text.flatMap(({ start }, first) => {
    let longest: Place | undefined;
    let trees = [sequences];
    for (let index = first; trees.length > 0; index++) {
      const place: Place | undefined = text[index];
      trees = place === undefined ? [] : trees.flatMap((tree) => nextTrees(tree, place));
      if (trees.some(({ whole }) => whole)) longest = place;
    }
    return longest === undefined ? [] : [{ start, end: longest.end }];
  });
}

function nextTrees({ next, begun, lengths }: Tree, { key, folded = '' }: Place): Tree[] {
  const same = next.get(key);
  const found = same === undefined ? [] : [same];
  for (const length of lengths) {
    const tree = length > folded.length ? undefined : begun.get(folded.slice(0, length));
    if (tree !== undefined) found.push(tree);
  }
  return found;
}
