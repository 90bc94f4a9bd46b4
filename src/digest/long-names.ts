import { categoryCode } from '../arxiv/subjects.ts';
import { fold, foldSpaces } from '../language/fold.ts';
import { quote } from './digest-error.ts';
import type { Statement } from './digest.ts';

// An entry of an index holds 2,704 bytes: a name in two ways of writing, or a code, and room for what stands beside them.
const MOST_BYTES = 1_000;

/** What is wrong with a statement that names an author or a category by more than an index can hold. */
export function longName({ authors, category, categories = [] }: Statement): string | undefined {
  const codes = [
    ...(category === undefined ? [] : [category]),
    ...categories.flatMap((subject) => categoryCode(subject) ?? []),
  ];
  return tooLong('an author', authors, bytesOfName) ?? tooLong('a category', codes, bytesOf);
}

function tooLong(
  what: string,
  names: readonly string[],
  count: (name: string) => number,
): string | undefined {
  const name = names.find((each) => count(each) > MOST_BYTES);
  if (name === undefined) return undefined;
  return `expected ${what} of at most ${MOST_BYTES} bytes, got ${count(name)}: ${quote(name)}`;
}

/** The longest name of a source, what its file names add (`_database`) included, in bytes of UTF-8. */
export const MAX_SOURCE_BYTES = 500;

/** The longest name of a file that file systems have, in bytes of UTF-8. */
export const MAX_FILE_NAME_BYTES = 255;

/** What is wrong with a name of more than `most` bytes of UTF-8, in words; undefined where it is short enough. */
export function nameFault(name: string, most: number): string | undefined {
  const bytes = bytesOf(name);
  return bytes > most ? `expected at most ${most} bytes of UTF-8, got ${bytes}: ${quote(name)}` : undefined;
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

// U+FDFA is eighteen letters when folded, 33 bytes instead of three; no character grows more.
const MOST_GROWTH = 12;

/** As it is kept or, where that is longer, with case and accents folded. Of a short name, about as many. */
function bytesOfName(name: string): number {
  const bytes = bytesOf(name);
  if (bytes * MOST_GROWTH <= MOST_BYTES) return bytes;
  return Math.max(bytesOf(foldSpaces(name)), bytesOf(fold(name)));
}
