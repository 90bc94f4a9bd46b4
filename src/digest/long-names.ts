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

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** As it is kept or, where that is longer, with case and accents folded. */
function bytesOfName(name: string): number {
  return Math.max(bytesOf(foldSpaces(name)), bytesOf(fold(name)));
}
