import DataLoader from 'dataloader';
import { parseArxivId } from '../../arxiv/arxiv-id.ts';
import { sql, type Sql } from '../../database/sql.ts';
import type { HighlightTerms } from '../../search/find-highlights.ts';
import { nameWords } from '../../search/name-words.ts';
import { parseSearch, SearchSyntaxError, type Search } from '../../search/parse-search.ts';
import { highlightTerms } from '../../search/highlight-terms.ts';
import { idLexeme } from '../../search/id-lexeme.ts';
import {
  allOf,
  anyOf,
  asksForText,
  keysOf,
  lexemesOf,
  textQuery,
  texts,
  unordered,
  type Stems,
} from '../../search/text-query.ts';
import type { FilterSubject } from './filter-subject.ts';
import { InputError } from '../../errors/input-error.ts';
import type { RunStatement } from '../../database/statements.ts';

/** A search as SQL over its subject and the vector in t. */
export interface SearchSql {
  /** True or false of every paper. */
  readonly condition: Sql;
  /** A real, the higher the better. */
  readonly score: Sql;
  /** What it wants to see in a paper's texts. */
  readonly highlightTerms: readonly HighlightTerms[];
}

/** Compiles a search. Rejects with InputError where it cannot be read. */
export type CompileSearch = (
  text: string,
  subject: FilterSubject,
  argument: readonly string[],
) => Promise<SearchSql>;

/** Compiles the searches of one request; the words of those compiled together are one statement. */
export function searchCompiler(run: RunStatement): CompileSearch {
  const stemOf = new DataLoader<string, string>(async (keys) => await readStems(run, keys));
  return async (text, subject, argument) => {
    const search = parse(text, argument);
    const keys = keysOf(search);
    const known = new Map(await Promise.all(keys.map(async (key) => [key, await stemOf.load(key)] as const)));
    const stems: Stems = (key) => known.get(key) ?? '';
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

/** The search in which each text that is an arXiv id, in whatever form, asks for the paper and for what names it. */
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

/** For each key a tsquery for its stem; '' for a stop word. */
async function readStems(run: RunStatement, keys: readonly string[]): Promise<string[]> {
  const query = sql`select phraseto_tsquery('english', key)::text as query
    from unnest(${keys}::text[]) with ordinality k(key, place) order by place`;
  return (await run<{ query: string }>({ name: 'searchWords', sql: query })).map(({ query }) => query);
}

const EVERY_PAPER = sql`true`;
const NO_PAPER = sql`false`;

interface Meaning {
  readonly subject: FilterSubject;
  readonly stems: Stems;
}

function conditionSql(search: Search, meaning: Meaning): Sql {
  const text = asText(search, meaning.stems);
  if (text === ASKS_NOTHING) return isSigns(search) ? NO_PAPER : EVERY_PAPER;
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

/** What is text of it goes into one tsquery, categories of an alternative into one look-up. */
function combined({ kind, of }: Combination, meaning: Meaning): Sql {
  const isText = (each: Search): boolean => asText(each, meaning.stems) !== undefined;
  const inOneLookup = (each: Search) => kind === 'any' && each.kind === 'category';
  const text = asText({ kind, of: of.filter(isText) }, meaning.stems) ?? ASKS_NOTHING;
  const codes = of.flatMap((each) => (inOneLookup(each) && each.kind === 'category' ? [each.code] : []));
  const conditions = of
    .filter((each) => !isText(each) && !inOneLookup(each))
    .map((each) => conditionSql(each, meaning));
  if (text !== ASKS_NOTHING) conditions.push(matches(text));
  if (codes.length > 0) conditions.push(meaning.subject.inCategories(codes));
  return sql`(${sql.join(conditions, kind === 'all' ? ' and ' : ' or ')})`;
}

const ASKS_NOTHING = '';

/** Whether a search that asks nothing has signs that it wants: no paper is known by its signs. */
function isSigns(search: Search): boolean {
  switch (search.kind) {
    case 'text':
      return !asksForText(search.text);
    case 'author':
      return nameWords(search.text).length === 0;
    case 'all':
    case 'any':
      return search.of.some(isSigns);
    default:
      return false;
  }
}

/** The search as one tsquery; undefined where it asks for more than text. Stop words ask nothing, whatever is around them. */
function asText(search: Search, stems: Stems): string | undefined {
  switch (search.kind) {
    case 'text': {
      const query = textQuery(search, stems) ?? ASKS_NOTHING;
      return query === ASKS_NOTHING || search.author === undefined ? query : undefined;
    }
    case 'not': {
      const query = asText(search.of, stems);
      return query === undefined || query === ASKS_NOTHING ? query : `!(${query})`;
    }
    case 'all':
    case 'any': {
      const queries = search.of.map((each) => asText(each, stems));
      if (queries.includes(undefined)) return undefined;
      const asking = queries.filter((query) => query !== undefined && query !== ASKS_NOTHING) as string[];
      if (asking.length === 0) return ASKS_NOTHING;
      return search.kind === 'all' ? allOf(asking) : anyOf(asking);
    }
    case 'author':
      return nameWords(search.text).length === 0 ? ASKS_NOTHING : undefined;
    default:
      return undefined;
  }
}

/** A text too long for its positions has its phrases found by their words alone; excluded by them, too. */
function matches(query: string): Sql {
  const loose = unordered(query);
  const exact = sql`t.vector @@ ${query}::tsquery`;
  if (loose === undefined) return exact;
  return sql`((not t.clipped and ${exact}) or (t.clipped and t.vector @@ ${loose}::tsquery))`;
}

function writtenBy({ text, quoted }: Extract<Search, { kind: 'author' }>, subject: FilterSubject): Sql {
  const words = nameWords(text);
  return subject.writtenByName(quoted ? [words.join(' ')] : words);
}

/** A rank is less than 1, so that papers asked for by their ids come first. */
function scoreSql(search: Search, stems: Stems): Sql {
  const wanted = texts(search, { wanted: true });
  const queries = wanted.flatMap((each) => textQuery(each, stems) ?? []);
  if (queries.length === 0) return sql`0::real`;
  const rank = sql`ts_rank(t.vector, ${lexemesOf(queries.join(' | '))}::tsquery)`;
  const ids = wanted.flatMap(({ arxivId }) => (arxivId === undefined ? [] : [idLexeme(arxivId)]));
  if (ids.length === 0) return rank;
  return sql`(${rank} + (t.vector @@ ${ids.join(' | ')}::tsquery)::int)::real`;
}
