import { sql } from '../../database/sql.ts';
import { fold, foldSpaces } from '../../language/fold.ts';
import { spacedNameWords } from '../../search/name-words.ts';
import type { PaperState } from './paper-state.ts';

/** The state as it can be compared as JSON: fields in one order, and no blank names, which are not stored. */
export function normalised(state: PaperState): PaperState {
  return {
    version: state.version,
    title: state.title,
    abstract: state.abstract,
    comment: state.comment,
    codeUrl: state.codeUrl,
    codeStars: state.codeStars,
    codeUpdatedOn: state.codeUpdatedOn,
    authors: state.authors.filter((name) => foldSpaces(name) !== ''),
    categories: state.categories,
    subjectClasses: state.subjectClasses,
    firstDigestDate: state.firstDigestDate,
  };
}

// An index row of Postgres holds at most 2,704 bytes. No real title has 500 characters.
const SORTED_CHARACTERS = 500;

/** The part of a folded title that lists are sorted by and suggestions are found by. */
function beginning(folded: string): string {
  return Array.from(folded).slice(0, SORTED_CHARACTERS).join('');
}

/** The own fields of a paper, for a statement that reads `paperFields` from JSON. */
export function paperRow(id: number, state: PaperState) {
  return { id, ...state, titleFolded: beginning(fold(state.title)) };
}

/** SQL: the fields of `paperRow` and their types. */
export const paperFields = sql.raw(`id int, version int, title text, "titleFolded" text, abstract text,
  comment text, "codeUrl" text, "codeStars" int, "codeUpdatedOn" date, categories text[],
  "subjectClasses" text[], "firstDigestDate" date`);

/** The authors of a paper, for a statement that reads `authorFields` from JSON. */
export function authorRows(id: number, { authors }: PaperState) {
  return authors.map((printed, index) => {
    const name = foldSpaces(printed);
    const folded = fold(name);
    return { id, position: index + 1, printed, name, folded, words: spacedNameWords(name) };
  });
}

/** SQL: the fields of `authorRows` and their types. */
export const authorFields = sql.raw('id int, position int, printed text, name text, folded text, words text');
