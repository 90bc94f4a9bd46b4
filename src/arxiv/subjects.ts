import { categoryCode, distinctCode, isCategoryCode, taxonomy } from './categories.ts';

const TOKEN = /[^\s,;|]+/g;
const IN_BRACKETS = /\(\s*([A-Za-z.-]+)\s*\)/g;
const NAMES: ReadonlyMap<string, string> = new Map(taxonomy.map(({ code, name }) => [code, name]));

/**
 * The subjects that one text lists, in order: `cs.LG cs.AI`, `cs.LG, stat.ML` and
 * `Machine Learning (cs.LG); Robotics (cs.RO)` are two codes each. Text between codes stays one subject as it is printed:
 * `68T50 (Primary) 68T07, 68Q32 (Secondary)`.
 */
export function splitSubjects(text: string): string[] {
  const tokens = text.match(TOKEN) ?? [];
  if (tokens.every(isCategoryCode)) return tokens.map((token) => categoryCode(token) ?? token);
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

/** The text without the name of the category at its end: names may hold commas, so arXiv's own is looked for first. */
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
