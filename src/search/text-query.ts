import { completions } from './completions.ts';
import type { Where } from './parse-search.ts';
import { idLexeme } from './id-lexeme.ts';
import { phrases, type Phrase, type TextSearch } from './phrases.ts';
import { pairs } from './scripts.ts';
import type { SoughtWord } from './words.ts';

/**
 * A tsquery as a tree, which `printQuery` turns into text. The functions below build it, and keep it free of
 * NOTHING.
 */
export type TextQuery =
  | Lexeme
  | { readonly kind: 'not'; readonly of: TextQuery }
  | { readonly kind: 'all' | 'any'; readonly of: readonly TextQuery[] }
  | { readonly kind: 'row'; readonly of: readonly Step[] };

interface Lexeme {
  readonly kind: 'lexeme';
  /** Escaped as between the quotes of a tsquery. */
  readonly text: string;
  /** Whether lexemes that begin with the text match, too. */
  readonly prefix: boolean;
  /** The only weight that matches; any weight if absent. */
  readonly weight?: 'A' | 'D';
}

/** A query, and its distance in words from the query before it. */
interface Step {
  readonly query: TextQuery;
  readonly distance: number;
}

/** The empty query, such as that of stop words. Combinations leave it out. */
export const NOTHING: TextQuery = { kind: 'all', of: [] };

/** The query for the English stem of a word's key; NOTHING for a stop word. */
export type Stems = (key: string) => TextQuery;

/** A query for a lexeme of any weight. */
export function lexeme(text: string, { prefix = false } = {}): Lexeme {
  return { kind: 'lexeme', text, prefix };
}

/** Papers that do not match the query. */
export function not(query: TextQuery): TextQuery {
  return query === NOTHING ? NOTHING : { kind: 'not', of: query };
}

/** Papers that match all of the queries. */
export function allOf(queries: readonly TextQuery[]): TextQuery {
  return combined('all', queries);
}

/** Papers that match any of the queries. */
export function anyOf(queries: readonly TextQuery[]): TextQuery {
  return combined('any', queries);
}

function combined(kind: 'all' | 'any', queries: readonly TextQuery[]): TextQuery {
  const distinct = new Map(queries.map((query) => [printQuery(query), query]));
  const asking = [...distinct.values()].filter((query) => query !== NOTHING);
  const [first = NOTHING] = asking;
  return asking.length > 1 ? { kind, of: asking } : first;
}

/** Papers with the queries in a row. NOTHING leaves its place open; rows inside the row become part of it. */
function inARow(queries: readonly TextQuery[]): TextQuery {
  const steps: Step[] = [];
  let distance = 1;
  for (const query of queries) {
    if (query.kind === 'row') {
      const [first, ...rest] = query.of;
      if (first !== undefined) steps.push({ ...first, distance }, ...rest);
    } else if (query !== NOTHING) steps.push({ query, distance });
    distance = query === NOTHING ? distance + 1 : 1;
  }
  return rowOf(steps);
}

function rowOf(steps: readonly Step[]): TextQuery {
  const [{ query } = { query: NOTHING }] = steps;
  return steps.length > 1 ? { kind: 'row', of: steps } : query;
}

/**
 * Parses the result of `phraseto_tsquery` for a word: a lexeme, several in a row, or nothing for a stop word.
 */
export function parseStem(tsquery: string): TextQuery {
  const found = tsquery.matchAll(/(?:<(?:-|(?<distance>\d+))> )?'(?<text>(?:[^']|'')*)'/g);
  return rowOf(
    Array.from(found, ({ groups: { distance = '1', text = '' } = {} }) => ({
      query: lexeme(text),
      distance: Number(distance),
    })),
  );
}

/**
 * The query of a text search; NOTHING for stop words and punctuation alone. Words are English stems in a row;
 * runs of Han, kana or Hangul are their pairs of characters in a row.
 */
export function textQuery({ text, where, arxivId }: TextSearch, stems: Stems): TextQuery {
  const query = allOf(phrases(text).map((phrase) => phraseQuery(phrase, stems)));
  if (query === NOTHING || arxivId === undefined) return weighted(query, where);
  return anyOf([lexeme(idLexeme(arxivId)), weighted(query, where)]);
}

/** The query of one phrase; NOTHING if all of its words are stop words. */
export function phraseQuery(phrase: Phrase, stems: Stems): TextQuery {
  return phrase.unspaced
    ? runsQuery(phrase.runs)
    : anyOf(phrase.readings.map((reading) => inARow(reading.map((word) => wordQuery(word, stems)))));
}

/**
 * For a prefix search, adds the completions whose stems do not begin with the prefix: Postgres would not find
 * them by it.
 */
function wordQuery({ key, beginning }: SoughtWord, stems: Stems): TextQuery {
  if (beginning === undefined) return stems(key);
  const shorter = completions(beginning)
    .map(stems)
    .filter((stem) => stem.kind !== 'lexeme' || !stem.text.startsWith(beginning));
  return anyOf([lexeme(beginning, { prefix: true }), ...shorter]);
}

/**
 * In a paper, the last run may continue. Its final character is therefore left out or, if it has no other, a
 * prefix of pairs; the runs before it must end as they do in the search.
 */
function runsQuery(runs: readonly string[]): TextQuery {
  const texts = runs.flatMap(pairs);
  const last = texts.pop() ?? '';
  const isAlone = pairs(runs.at(-1) ?? '').length === 1;
  return inARow([...texts.map((text) => lexeme(text)), ...(isAlone ? [lexeme(last, { prefix: true })] : [])]);
}

const WEIGHTS = { title: 'A', abstract: 'D' } as const;

function weighted(query: TextQuery, where: Where): TextQuery {
  if (where === 'anywhere') return query;
  return mapped(query, (each) => (each.kind === 'lexeme' ? { ...each, weight: WEIGHTS[where] } : each));
}

/** The query without the order of its words; undefined if it has no order. */
export function unordered(query: TextQuery): TextQuery | undefined {
  const loose = mapped(query, (each) =>
    each.kind === 'row' ? allOf(each.of.map((step) => step.query)) : each,
  );
  return printQuery(loose) === printQuery(query) ? undefined : loose;
}

/** The query with each of its nodes replaced, from the leaves up. */
function mapped(query: TextQuery, replace: (node: TextQuery) => TextQuery): TextQuery {
  switch (query.kind) {
    case 'lexeme':
      return replace(query);
    case 'not':
      return replace({ ...query, of: mapped(query.of, replace) });
    case 'row':
      return replace({
        ...query,
        of: query.of.map((step) => ({ ...step, query: mapped(step.query, replace) })),
      });
    default:
      return query === NOTHING
        ? NOTHING
        : replace({ ...query, of: query.of.map((each) => mapped(each, replace)) });
  }
}

/** All lexemes in the query. */
export function lexemesOf(query: TextQuery): Lexeme[] {
  switch (query.kind) {
    case 'lexeme':
      return [query];
    case 'not':
      return lexemesOf(query.of);
    case 'row':
      return query.of.flatMap((step) => lexemesOf(step.query));
    default:
      return query.of.flatMap(lexemesOf);
  }
}

/** The query as the text of a tsquery. */
export function printQuery(query: TextQuery): string {
  switch (query.kind) {
    case 'lexeme': {
      const marks = `${query.prefix ? '*' : ''}${query.weight ?? ''}`;
      return `'${query.text}'${marks && `:${marks}`}`;
    }
    case 'not':
      return `!${printQuery(query.of)}`;
    case 'row':
      return `(${query.of
        .map(({ query: each, distance }, index) => (index === 0 ? '' : ` <${distance}> `) + printQuery(each))
        .join('')})`;
    default:
      return `(${query.of.map(printQuery).join(query.kind === 'all' ? ' & ' : ' | ')})`;
  }
}
