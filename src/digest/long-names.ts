import { categoryCode } from '../arxiv/subjects.ts';
import { fold, foldSpaces } from '../language/fold.ts';
import { quote } from './digest-error.ts';
import type { Statement } from './digest.ts';

// A Postgres index entry holds at most 2,704 bytes. These limits leave room for two spellings of a name, or
// for a code.
const MOST_BYTES = 1_000;

/** Describes a name of an author or category that is too long for an index; undefined if there is none. */
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

/** The maximum length of a source's name, including a suffix such as `_database`, in bytes of UTF-8. */
export const MAX_SOURCE_BYTES = 500;

/** The maximum length of a file name in common file systems, in bytes of UTF-8. */
export const MAX_FILE_NAME_BYTES = 255;

/** Describes a name of more than `most` bytes of UTF-8; undefined if it is short enough. */
export function nameFault(name: string, most: number): string | undefined {
  const bytes = bytesOf(name);
  return bytes > most ? `expected at most ${most} bytes of UTF-8, got ${bytes}: ${quote(name)}` : undefined;
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

// U+FDFA grows the most when folded: from one character of 3 bytes to eighteen letters, 33 bytes.
const MOST_GROWTH = 12;

/**
 * The bytes that a name takes in an index, plain or folded, whichever is more. An estimate for short names.
 */
function bytesOfName(name: string): number {
  const bytes = bytesOf(name);
  if (bytes * MOST_GROWTH <= MOST_BYTES) return bytes;
  return Math.max(bytesOf(foldSpaces(name)), bytesOf(fold(name)));
}
