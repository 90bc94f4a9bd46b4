import DataLoader from 'dataloader';
import { Prisma } from '../database/generated/client.ts';
import type { Sought } from '../search/highlight.ts';
import { nameWords } from '../search/name-words.ts';
import { parseSearch, SearchSyntaxError, type Search } from '../search/parse-search.ts';
import { sought } from '../search/sought.ts';
import {
  allOf,
  anyOf,
  lexemesOf,
  textQuery,
  texts,
  unordered,
  wordsOf,
  type Stems,
} from '../search/text-query.ts';
import type { FilterSubject } from './filter-subject.ts';
import { InputError } from './input-error.ts';
import type { RunStatement } from './statements.ts';

/** A search as SQL over its subject and the vector in t. */
export interface SearchSql {
  /** True or false of every paper. */
  readonly condition: Prisma.Sql;
  /** A real, the higher the better. */
  readonly score: Prisma.Sql;
  /** What it wants to see in a paper's texts. */
  readonly sought: readonly Sought[];
}

/** Compiles a search. Rejects with InputError where it cannot be read. */
export type CompileSearch = (
  text: string,
  subject: FilterSubject,
  argument: readonly string[],
) => Promise<SearchSql>;

/** Compiles the searches of one request; the words of those compiled together are one statement. */
export function searchCompiler(run: RunStatement): CompileSearch {
  const queries = new DataLoader<string, string>(async (words) => await stemQueries(run, words));
  return async (text, subject, argument) => {
    const search = parse(text, argument);
    const words = wordsOf(search);
    const stemmed = new Map(
      await Promise.all(words.map(async (each) => [each, await queries.load(each)] as const)),
    );
    const stems: Stems = (each) => stemmed.get(each) ?? '';
    return {
      condition: conditionSql(search, { subject, stems }),
      score: scoreSql(search, stems),
      sought: sought(search, stems),
    };
  };
}

function parse(text: string, argument: readonly string[]): Search {
  try {
    return parseSearch(text);
  } catch (error) {
    if (!(error instanceof SearchSyntaxError)) throw error;
    const { position, message } = error;
    throw new InputError(argument, `${argument.join('.')}: ${message} (at ${position})`, { position });
  }
}

/** For each of the words, which may be several, a tsquery for their stems in a row; '' for stop words alone. */
async function stemQueries(run: RunStatement, words: readonly string[]): Promise<string[]> {
  const sql = Prisma.sql`select phraseto_tsquery('english', unaccent(words))::text as query
    from unnest(${words}::text[]) with ordinality w(words, place) order by place`;
  return (await run<{ query: string }>({ name: 'searchWords', sql })).map(({ query }) => query);
}

const EVERY_PAPER = Prisma.sql`true`;

interface Meaning {
  readonly subject: FilterSubject;
  readonly stems: Stems;
}

function conditionSql(search: Search, meaning: Meaning): Prisma.Sql {
  const text = asText(search, meaning.stems);
  if (text !== undefined) return text === ASKS_NOTHING ? EVERY_PAPER : matches(text);
  switch (search.kind) {
    case 'author':
      return writtenBy(search, meaning.subject);
    case 'category':
      return meaning.subject.inCategories([search.code]);
    case 'not':
      return Prisma.sql`not ${conditionSql(search.of, meaning)}`;
    default:
      return combined(search as Combination, meaning);
  }
}

type Combination = Extract<Search, { kind: 'all' | 'any' }>;

/** What is text of it goes into one tsquery, categories of an alternative into one look-up. */
function combined({ kind, of }: Combination, meaning: Meaning): Prisma.Sql {
  const isText = (each: Search): boolean => asText(each, meaning.stems) !== undefined;
  const inOneLookup = (each: Search) => kind === 'any' && each.kind === 'category';
  const text = asText({ kind, of: of.filter(isText) }, meaning.stems) ?? ASKS_NOTHING;
  const codes = of.flatMap((each) => (inOneLookup(each) && each.kind === 'category' ? [each.code] : []));
  const conditions = of
    .filter((each) => !isText(each) && !inOneLookup(each))
    .map((each) => conditionSql(each, meaning));
  if (text !== ASKS_NOTHING) conditions.push(matches(text));
  if (codes.length > 0) conditions.push(meaning.subject.inCategories(codes));
  return Prisma.sql`(${Prisma.join(conditions, kind === 'all' ? ' and ' : ' or ')})`;
}

const ASKS_NOTHING = '';

/** The search as one tsquery; undefined where it asks for more than text. Stop words ask nothing, whatever is around them. */
function asText(search: Search, stems: Stems): string | undefined {
  switch (search.kind) {
    case 'text':
      return textQuery(search, stems) ?? ASKS_NOTHING;
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
function matches(query: string): Prisma.Sql {
  const loose = unordered(query);
  const exact = Prisma.sql`t.vector @@ ${query}::tsquery`;
  if (loose === undefined) return exact;
  return Prisma.sql`((not t.clipped and ${exact}) or (t.clipped and t.vector @@ ${loose}::tsquery))`;
}

function writtenBy(
  { text, quoted }: Extract<Search, { kind: 'author' }>,
  subject: FilterSubject,
): Prisma.Sql {
  const words = nameWords(text);
  return subject.writtenByName(quoted ? [words.join(' ')] : words);
}

function scoreSql(search: Search, stems: Stems): Prisma.Sql {
  const queries = texts(search, { wanted: true }).flatMap((each) => textQuery(each, stems) ?? []);
  if (queries.length === 0) return Prisma.sql`0::real`;
  return Prisma.sql`ts_rank(t.vector, ${lexemesOf(queries.join(' | '))}::tsquery)`;
}
