import { isCategoryCode, resolveCategory, taxonomy } from './categories.ts';
import { ALIASES, CLOSED_ARCHIVES } from './taxonomy.ts';

/** Codes in use, their aliases, and closed archives, keyed by lower case. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  [...taxonomy.map(({ code }) => code), ...Object.keys(ALIASES), ...CLOSED_ARCHIVES].map((code) => [
    code.toLowerCase(),
    code,
  ]),
);
const LONGEST_KNOWN = Math.max(...[...KNOWN.keys()].map((code) => code.length));
const NAMES: ReadonlyMap<string, string> = new Map(taxonomy.map(({ code, name }) => [code, name]));

const NAME_AND_CODE = /^[^().;:]*\(([^()]*)\)$/;
const IN_BRACKETS = /\(\s*([A-Za-z.-]+)\s*\)/g;
const TOKEN = /[^\s,;|]+/g;

/**
 * The code that a subject names, in arXiv's case: `cs.LG` for `cs.lg`, `" cs.LG "` and `Machine Learning
 * (cs.LG)`. Undefined for the ACM classes, MSC classes and free text that share the field. A code that the
 * taxonomy lacks counts if arXiv has its archive.
 */
export function categoryCode(subject: string): string | undefined {
  const text = subject.trim();
  const inBrackets = NAME_AND_CODE.exec(text)?.[1] ?? '';
  return distinctCode(text) ?? distinctCode(inBrackets.trim()) ?? (isCategoryCode(text) ? text : undefined);
}

/** The canonical code of a subject that names a category (`eess.SY` for `cs.sy`); any other text as it is. */
export function canonicalSubject(subject: string): string {
  return resolveCategory(categoryCode(subject) ?? subject);
}

/** Matches codes that cannot be a word, unlike the archives `math` and `physics`. */
function distinctCode(text: string): string | undefined {
  const known = text.length <= LONGEST_KNOWN ? KNOWN.get(text.toLowerCase()) : undefined;
  return known ?? (text.includes('.') && isCategoryCode(text) ? text : undefined);
}

/**
 * Splits a text that lists subjects, keeping their order: `cs.LG cs.AI`, `cs.LG, stat.ML` and `Machine
 * Learning (cs.LG); Robotics (cs.RO)` are two codes each. Other text between codes stays one subject, as
 * printed: `68T50 (Primary) 68T07, 68Q32 (Secondary)`.
 */
export function splitSubjects(text: string): string[] {
  const tokens = text.match(TOKEN) ?? [];
  const codes = tokens.flatMap((token) => categoryCode(token) ?? []);
  if (codes.length === tokens.length) return codes;
  const subjects: string[] = [];
  let from = 0;
  for (const match of text.matchAll(IN_BRACKETS)) {
    const code = distinctCode(match[1] ?? '');
    if (code === undefined) continue;
    subjects.push(...splitAtCodes(beforeName(text.slice(from, match.index), code)), code);
    from = match.index + match[0].length;
  }
  return [...subjects, ...splitAtCodes(text.slice(from))];
}

/**
 * Removes a category's name from the end of a text. Names may contain commas, so arXiv's own names are tried
 * first.
 */
function beforeName(text: string, code: string): string {
  const bare = text.trimEnd();
  const name = NAMES.get(code) ?? '';
  if (bare.toLowerCase().endsWith(name.toLowerCase())) return bare.slice(0, bare.length - name.length);
  const separator = Math.max(...[',', ';', '|', '\n'].map((each) => bare.lastIndexOf(each)));
  return bare.slice(0, separator + 1);
}

function splitAtCodes(text: string): string[] {
  const subjects: string[] = [];
  let other: { start: number; end: number } | undefined;
  const keepOther = (): void => {
    if (other !== undefined) subjects.push(text.slice(other.start, other.end));
    other = undefined;
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const code = distinctCode(token);
    if (code === undefined) {
      other = { start: other?.start ?? index, end: index + token.length };
    } else {
      keepOther();
      subjects.push(code);
    }
  }
  keepOther();
  return subjects;
}
