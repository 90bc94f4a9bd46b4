import { plainText } from './plain-text.ts';
import type { Search } from './parse-search.ts';
import { characters, stretches } from './scripts.ts';
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
 * stems in a row; a run of Han, kana or Hangul is its pairs of characters in a row.
 */
export function textQuery({ text, where }: TextSearch, stems: Stems): string | undefined {
  const parts = stretches(text).flatMap((stretch) => {
    const query = stretch.unspaced
      ? runQuery(stretch.text)
      : anyOf(readings(stretch.text).map((each) => numeral(stems(each))));
    return query === '' ? [] : [query];
  });
  if (parts.length === 0) return undefined;
  return where === 'title' ? inTitle(allOf(parts)) : allOf(parts);
}

function runQuery(run: string): string {
  const all = characters(run);
  if (all.length === 1) return `'${all[0]}':*`;
  return `(${all
    .slice(1)
    .map((character, index) => `'${all[index]}${character}'`)
    .join(' <-> ')})`;
}

/** Postgres reads the 4 of GPT-4 as a negative number. */
function numeral(query: string): string {
  return /^'\d[\d.]*'$/.test(query) ? `(${query} | '-${query.slice(1)})` : query;
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
