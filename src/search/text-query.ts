import { completions } from './completions.ts';
import type { Where } from './find-highlights.ts';
import { idLexeme } from './id-lexeme.ts';
import type { Search } from './parse-search.ts';
import { plainText } from './plain-text.ts';
import { pairs, stretches } from './scripts.ts';
import { soughtWords, type SoughtWord } from './words.ts';

type TextSearch = Extract<Search, { kind: 'text' }>;

/** Returns the text of a tsquery for the English stem of a key; '' for a stop word. */
export type Stems = (key: string) => string;

/** The keys whose stems the search needs. */
export function keysOf(search: Search): string[] {
  const asked = texts(search).flatMap(({ text }) =>
    stretches(text).flatMap((stretch) => (stretch.unspaced ? [] : readings(stretch.text).flat())),
  );
  return [...new Set(asked.flatMap(({ key, beginning }) => [key, ...completions(beginning)]))];
}

/** The searches for text in it; `wanted`: without those that are negated. */
export function texts(search: Search, { wanted = false } = {}): TextSearch[] {
  if (search.kind === 'text') return [search];
  if (search.kind === 'not') return wanted ? [] : texts(search.of);
  return search.kind === 'all' || search.kind === 'any'
    ? search.of.flatMap((each) => texts(each, { wanted }))
    : [];
}

/**
 * The words in a row that a text without Han, kana and Hangul asks for, in each way to read it: as printed, as plain text, and
 * in small letters, where `MAs` may be `MAS`, and `imus` the plural of `IMU`.
 */
export function readings(text: string): SoughtWord[][] {
  const all = [
    soughtWords(text),
    soughtWords(plainText(text)),
    soughtWords(text.toLowerCase()).map((word) => ({ ...word, key: word.key.replace(/(?<=.[^o])us$/, 'u') })),
    soughtWords(text.toLowerCase()),
  ];
  const distinct = new Map(all.map((reading) => [JSON.stringify(reading), reading]));
  return [...distinct.values()].filter((reading) => reading.length > 0);
}

/** Whether the text has anything to search for. */
export function asksForText(text: string): boolean {
  return phrases(text).some(({ unspaced, parts }) => unspaced || readings(parts.join('')).length > 0);
}

/**
 * The search as the text of a tsquery; undefined where it asks nothing (stop words and signs alone). Words are English
 * stems in a row; runs of Han, kana or Hangul are their pairs of characters in a row.
 */
export function textQuery({ text, where, arxivId }: TextSearch, stems: Stems): string | undefined {
  const queries = phrases(text)
    .map(({ unspaced, parts }) => (unspaced ? runsQuery(parts) : wordsQuery(parts.join(''), stems)))
    .filter((query) => query !== '');
  if (queries.length === 0) return undefined;
  const query = weighted(allOf(queries), where);
  return arxivId === undefined ? query : anyOf([idLexeme(arxivId), query]);
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
export function wordsQuery(text: string, stems: Stems): string {
  return anyOf(readings(text).map((words) => inARow(words.map((word) => wordQuery(word, stems)))));
}

/** Words that begin so have stems that begin so, but for stems that are shorter. */
function wordQuery({ key, beginning }: SoughtWord, stems: Stems): string {
  if (beginning === undefined) return stems(key);
  const begun = `'${beginning}`;
  const shorter = completions(beginning)
    .map(stems)
    .filter((stem) => !stem.startsWith(begun));
  return anyOf([`${begun}':*`, ...new Set(shorter)]);
}

/** A stop word, '', leaves its place open. */
function inARow(queries: readonly string[]): string {
  let row = '';
  let distance = 1;
  for (const query of queries) {
    if (query !== '') row = row === '' ? query : `${row} <${distance}> ${query}`;
    distance = query === '' ? distance + 1 : 1;
  }
  return row;
}

/** A paper's run may go on behind the last one asked for; the others end with their last character alone. */
function runsQuery(runs: readonly string[]): string {
  const lexemes = runs.flatMap(pairs).map((pair) => `'${pair}'`);
  const last = lexemes.pop();
  const isAlone = pairs(runs.at(-1) ?? '').length === 1;
  return `(${[...lexemes, ...(isAlone ? [`${last}:*`] : [])].join(' <-> ')})`;
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

const WEIGHTS = { title: 'A', abstract: 'D' };

/** The query for lexemes of that text alone. */
function weighted(query: string, where: Where): string {
  if (where === 'anywhere') return query;
  const weight = WEIGHTS[where];
  return query.replaceAll(
    LEXEME,
    (_, lexeme: string, prefix: string | undefined) => `${lexeme}${prefix ?? ':'}${weight}`,
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
