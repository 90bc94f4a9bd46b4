import { NAME_SUFFIX } from './author-lines.ts';
import { stringList, type JsonRecord } from './json-fields.ts';

const AND = / and /i;

/** The authors of a record: a list of names, or one text that joins them. Throws Fault. */
export function authorList(record: JsonRecord, key: string): string[] {
  const value = record[key];
  return typeof value === 'string' ? splitAuthors(value) : stringList(record, key);
}

/**
 * Names joined in one text: by semicolons where it has any, else by `and` between names that stand family name first
 * (`Finch, Noel and Park, Ada`), else by commas and a last `and`. `Jr.` and the like stay with their name.
 */
function splitAuthors(text: string): string[] {
  const spaced = text.replaceAll(/\s+/g, ' ');
  if (spaced.includes(';')) return named(spaced.split(';'));
  const joined = spaced.split(AND);
  if (joined.length > 1 && joined.every(isFamilyFirst)) return named(joined);
  return named(joined.flatMap((names) => withSuffixes(names.split(','))));
}

/** One comma, and not one before `Jr.` alone. */
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

/** Without blanks at the edges, empty names and the `and` that a comma may stand before. */
function named(pieces: readonly string[]): string[] {
  return pieces.map((piece) => piece.trim().replace(/^and /i, '')).filter((name) => name !== '');
}
