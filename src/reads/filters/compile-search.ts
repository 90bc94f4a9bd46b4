import { parseArxivId } from '../../arxiv/arxiv-id.ts';
import { sql, type Sql } from '../../database/sql.ts';
import type { HighlightTerm } from '../../search/find-highlights.ts';
import { nameWords } from '../../search/name-words.ts';
import { parseSearch, SearchSyntaxError, type Search } from '../../search/parse-search.ts';
import { highlightTerms } from '../../search/highlight-terms.ts';
import { idLexeme } from '../../search/id-lexeme.ts';
import { keysOf, phrases, textSearches } from '../../search/phrases.ts';
import {
  allOf,
  anyOf,
  lexeme,
  lexemesOf,
  not,
  NOTHING,
  parseStem,
  printQuery,
  textQuery,
  unordered,
  type Stems,
  type TextQuery,
} from '../../search/text-query.ts';
import type { FilterSubject } from './filter-subject.ts';
import { InputError } from '../../errors/input-error.ts';
import type { RunStatement } from '../../database/statements.ts';
import type { Store } from '../cache/store.ts';

/** A search as SQL about its subject and the search vector in `t`. */
export interface SearchSql {
  /** True or false, never null. */
  readonly condition: Sql;
  /** Relevance, of type real; higher is better. */
  readonly score: Sql;
  /** Terms to highlight in the texts of a paper. */
  readonly highlightTerms: readonly HighlightTerm[];
}

/** Compiles a search. Rejects with InputError, naming `argument`, for a syntax error. */
export type CompileSearch = (
  text: string,
  subject: FilterSubject,
  argument: readonly string[],
) => Promise<SearchSql>;

/** Makes a compiler of searches. Those compiled together look up the stems of their words in one statement. */
export function searchCompiler({ run, cache }: Store): CompileSearch {
  const stemOf = cache.loader<string, TextQuery>({ read: async (keys) => await readStems(run, keys) });
  return async (text, subject, argument) => {
    const search = parse(text, argument);
    const keys = keysOf(search);
    const known = new Map(await Promise.all(keys.map(async (key) => [key, await stemOf(key)] as const)));
    const stems: Stems = (key) => known.get(key) ?? NOTHING;
    return {
      condition: conditionSql(search, { subject, stems }),
      score: scoreSql(search, stems),
      highlightTerms: highlightTerms(search, stems),
    };
  };
}

function parse(text: string, argument: readonly string[]): Search {
  const id = parseArxivId(text)?.id;
  if (id !== undefined) return { kind: 'text', where: 'anywhere', text: id, arxivId: id };
  try {
    return withIds(parseSearch(text));
  } catch (error) {
    if (!(error instanceof SearchSyntaxError)) throw error;
    const { position, message } = error;
    throw new InputError(argument, `${argument.join('.')}: ${message} (at ${position})`, { position });
  }
}

/**
 * Marks each text that is an arXiv id in any form: it finds that paper, and papers whose text contains the
 * id.
 */
function withIds(search: Search): Search {
  switch (search.kind) {
    case 'all':
    case 'any':
      return { ...search, of: search.of.map(withIds) };
    case 'not':
      return { ...search, of: withIds(search.of) };
    case 'text': {
      const id = search.where === 'anywhere' ? parseArxivId(search.text)?.id : undefined;
      return id === undefined ? search : { ...search, text: id, arxivId: id };
    }
    default:
      return search;
  }
}

async function readStems(run: RunStatement, keys: readonly string[]): Promise<TextQuery[]> {
  const query = sql`select phraseto_tsquery('english', key)::text as query
    from unnest(${keys}::text[]) with ordinality k(key, place) order by place`;
  const rows = await run<{ query: string }>({ name: 'searchWords', sql: query });
  return rows.map((row) => parseStem(row.query));
}

const EVERY_PAPER = sql`true`;
const NO_PAPER = sql`false`;

interface Meaning {
  readonly subject: FilterSubject;
  readonly stems: Stems;
}

function conditionSql(search: Search, meaning: Meaning): Sql {
  const text = asText(search, meaning.stems);
  if (text === NOTHING) return hasPunctuationTerm(search) ? NO_PAPER : EVERY_PAPER;
  if (text !== undefined) return matches(text);
  switch (search.kind) {
    case 'text': {
      const { author, ...inText } = search;
      const conditions = [inText, ...(author === undefined ? [] : [author])].map((each) =>
        conditionSql(each, meaning),
      );
      return sql`(${sql.join(conditions, ' or ')})`;
    }
    case 'author':
      return writtenBy(search, meaning.subject);
    case 'category':
      return meaning.subject.inCategories([search.code]);
    case 'not':
      return sql`not ${conditionSql(search.of, meaning)}`;
    default:
      return combined(search, meaning);
  }
}

type Combination = Extract<Search, { kind: 'all' | 'any' }>;

/**
 * SQL: text parts become one tsquery, and alternative categories one look-up; both are faster than a
 * condition each.
 */
function combined({ kind, of }: Combination, meaning: Meaning): Sql {
  const isText = (each: Search): boolean => asText(each, meaning.stems) !== undefined;
  const inOneLookup = (each: Search) => kind === 'any' && each.kind === 'category';
  const text = asText({ kind, of: of.filter(isText) }, meaning.stems) ?? NOTHING;
  const codes = of.flatMap((each) => (inOneLookup(each) && each.kind === 'category' ? [each.code] : []));
  const conditions = of
    .filter((each) => !isText(each) && !inOneLookup(each))
    .map((each) => conditionSql(each, meaning));
  if (text !== NOTHING) conditions.push(matches(text));
  if (codes.length > 0) conditions.push(meaning.subject.inCategories(codes));
  return sql`(${sql.join(conditions, kind === 'all' ? ' and ' : ' or ')})`;
}

/**
 * Whether an empty search contains a term of punctuation alone, such as `!?`, outside `not`. Such a term
 * matches no paper; stop words match every paper.
 */
function hasPunctuationTerm(search: Search): boolean {
  switch (search.kind) {
    case 'text':
      return phrases(search.text).length === 0;
    case 'author':
      return nameWords(search.text).length === 0;
    case 'all':
    case 'any':
      return search.of.some(hasPunctuationTerm);
    default:
      return false;
  }
}

/** The search as one tsquery; undefined if it asks for more than text. */
function asText(search: Search, stems: Stems): TextQuery | undefined {
  switch (search.kind) {
    case 'text': {
      const query = textQuery(search, stems);
      return query === NOTHING || search.author === undefined ? query : undefined;
    }
    case 'not': {
      const query = asText(search.of, stems);
      return query && not(query);
    }
    case 'all':
    case 'any': {
      const queries = search.of.flatMap((each) => asText(each, stems) ?? []);
      if (queries.length < search.of.length) return undefined;
      return search.kind === 'all' ? allOf(queries) : anyOf(queries);
    }
    case 'author':
      return nameWords(search.text).length === 0 ? NOTHING : undefined;
    default:
      return undefined;
  }
}

/**
 * A vector that is clipped has lost positions of words: phrases then match, or exclude, by their words in any
 * order.
 */
function matches(query: TextQuery): Sql {
  const loose = unordered(query);
  const exact = inVector(query);
  return loose === undefined
    ? exact
    : sql`((not t.clipped and ${exact}) or (t.clipped and ${inVector(loose)}))`;
}

function inVector(query: TextQuery): Sql {
  return sql`t.vector @@ ${printQuery(query)}::tsquery`;
}

function writtenBy({ text, quoted }: Extract<Search, { kind: 'author' }>, subject: FilterSubject): Sql {
  const words = nameWords(text);
  return subject.writtenByName(quoted ? [words.join(' ')] : words);
}

/** Ranks are below 1, so adding 1 for an arXiv id puts that paper first. */
function scoreSql(search: Search, stems: Stems): Sql {
  const wanted = textSearches(search, { wanted: true });
  const lexemes = anyOf(wanted.flatMap((each) => lexemesOf(textQuery(each, stems))));
  if (lexemes === NOTHING) return sql`0::real`;
  const rank = sql`ts_rank(t.vector, ${printQuery(lexemes)}::tsquery)`;
  const ids = wanted.flatMap(({ arxivId }) => (arxivId === undefined ? [] : [lexeme(idLexeme(arxivId))]));
  return ids.length === 0 ? rank : sql`(${rank} + (${inVector(anyOf(ids))})::int)::real`;
}
