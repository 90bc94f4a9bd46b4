import { plainText } from './plain-text.ts';
import type { Search } from './parse-search.ts';
import { pairs, stretches } from './scripts.ts';
import { latin } from './document.ts';

type TextSearch = Extract<Search, { kind: 'text' }>;

/** Turns words into the text of a tsquery that wants their English stems in a row; '' where all are stop words. */
export type Stems = (words: string) => string;

/** The words whose stems the search needs. */
export function wordsOf(search: Search): string[] {
  return texts(search).flatMap(({ text }) =>
    stretches(text).flatMap((stretch) => (stretch.unspaced ? [] : readings(stretch.text))),
  );
}

/** The searches for text that it contains; `wanted`: without those that are negated. */
export function texts(search: Search, { wanted = false } = {}): TextSearch[] {
  if (search.kind === 'text') return [search];
  if (search.kind === 'not') return wanted ? [] : texts(search.of);
  return search.kind === 'all' || search.kind === 'any'
    ? search.of.flatMap((each) => texts(each, { wanted }))
    : [];
}

/** As printed, without LaTeX, and as words alone: `few-shot` finds `few shot`. */
function readings(text: string): string[] {
  const printed = latin(text).trim();
  const words = (printed.match(WORDS) ?? []).join(' ');
  return [...new Set([printed, plainText(printed), words].filter((reading) => reading !== ''))];
}

const WORDS = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * The search as the text of a tsquery; undefined where it asks nothing (stop words and signs alone). Words are English
 * stems in a row; runs of Han, kana or Hangul are their pairs of characters in a row.
 */
export function textQuery({ text, where }: TextSearch, stems: Stems): string | undefined {
  const queries = phrases(text)
    .map(({ unspaced, parts }) => (unspaced ? runsQuery(parts) : wordsQuery(parts.join(''), stems)))
    .filter((query) => query !== '');
  if (queries.length === 0) return undefined;
  return where === 'title' ? inTitle(allOf(queries)) : allOf(queries);
}

/** A part of a text that is looked for as it stands: words, or runs of Han, kana or Hangul with white space between them. */
export interface Phrase {
  readonly unspaced: boolean;
  readonly parts: string[];
}

/** The phrases of a text, which is cut where words and other scripts meet. */
export function phrases(text: string): Phrase[] {
  const found: Phrase[] = [];
  for (const { unspaced, text: part } of stretches(text)) {
    const last = found.at(-1);
    if (part.trim() === '') continue;
    if (unspaced && last?.unspaced === true) last.parts.push(part);
    else found.push({ unspaced, parts: [part] });
  }
  return found;
}

/** Words in any of their readings; '' where all are stop words. */
export function wordsQuery(words: string, stems: Stems): string {
  return anyOf(readings(words).map((each) => numerals(stems(each))));
}

/** A paper's run may go on behind the last one asked for; the others end with their last character alone. */
function runsQuery(runs: readonly string[]): string {
  const lexemes = runs.flatMap(pairs).map((pair) => `'${pair}'`);
  const last = lexemes.pop();
  const isAlone = pairs(runs.at(-1) ?? '').length === 1;
  return `(${[...lexemes, ...(isAlone ? [`${last}:*`] : [])].join(' <-> ')})`;
}

/** Postgres reads the 4 of GPT-4 as a negative number. */
function numerals(query: string): string {
  return query.replaceAll(LEXEME, (lexeme) =>
    /^'\d[\d.]*'$/.test(lexeme) ? `(${lexeme} | '-${lexeme.slice(1)})` : lexeme,
  );
}

/** All of the queries. */
export function allOf(queries: readonly string[]): string {
  return queries.length === 1 ? String(queries[0]) : `(${queries.join(' & ')})`;
}

/** Any of the queries; '' where there is none. */
export function anyOf(queries: readonly string[]): string {
  const some = queries.filter((query) => query !== '').map((query) => `(${query})`);
  return some.length === 1 ? String(some[0]) : some.length === 0 ? '' : `(${some.join(' | ')})`;
}

const LEXEME = /('(?:[^']|'')*')(:\*)?/g;

/** The title has weight A. */
function inTitle(query: string): string {
  return query.replaceAll(
    LEXEME,
    (_, lexeme: string, prefix: string | undefined) => `${lexeme}${prefix ?? ':'}A`,
  );
}

/** The lexemes of a query with their weights, any of which gives a paper a score. */
export function lexemesOf(query: string): string {
  return [...new Set(query.match(/'(?:[^']|'')*'(?::\*?[A-D]*)?/g))].join(' | ');
}

/** The query without the order of its lexemes; undefined where it asks for none. */
export function unordered(query: string): string | undefined {
  const loose = query.replaceAll(/ <(?:-|\d+)> /g, ' & ');
  return loose === query ? undefined : loose;
}
