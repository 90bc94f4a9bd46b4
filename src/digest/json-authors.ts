import { NAME_SUFFIX } from './author-lines.ts';
import { stringList, type JsonRecord } from './json-fields.ts';

const AND = / and /i;

/** Reads the authors of a record: a list of names, or one text that contains all of them. Throws Fault. */
export function authorList(record: JsonRecord, key: string): string[] {
  const value = record[key];
  return typeof value === 'string' ? splitAuthors(value) : stringList(record, key);
}

/**
 * Splits a text into names: at semicolons if it has any, else at `and` if all names have the family name
 * first (`Finch, Noel and Park, Ada`), else at commas and a final `and`. A suffix such as `Jr.` stays with
 * its name.
 */
function splitAuthors(text: string): string[] {
  const spaced = text.replaceAll(/\s+/g, ' ');
  if (spaced.includes(';')) return named(spaced.split(';'));
  const joined = spaced.split(AND);
  if (joined.length > 1 && joined.every(isFamilyFirst)) return named(joined);
  return named(joined.flatMap((names) => withSuffixes(names.split(','))));
}

/** Whether a name has exactly one comma, and not before a suffix such as `Jr.`. */
function isFamilyFirst(name: string): boolean {
  const [, given, ...more] = name.split(',', 3);
  return given !== undefined && more.length === 0 && !NAME_SUFFIX.test(given.trim());
}

function withSuffixes(pieces: readonly string[]): string[] {
  const names: string[] = [];
  for (const piece of pieces) {
    const last = names.at(-1);
    if (last !== undefined && NAME_SUFFIX.test(piece.trim()))
      names[names.length - 1] = `${last}, ${piece.trim()}`;
    else names.push(piece);
  }
  return names;
}

/** Trims names, drops empty ones, and drops an `and` after a comma. */
function named(pieces: readonly string[]): string[] {
  return pieces.map((piece) => piece.trim().replace(/^and /i, '')).filter((name) => name !== '');
}
