import { arxivOrder, parseArxivId } from '../arxiv/arxiv-id.ts';
import { carried } from '../database/asker.ts';
import { sql, type Sql } from '../database/sql.ts';
import { matchRanges } from '../search/match-ranges.ts';
import { nameWords } from '../search/name-words.ts';
import type { TextRange } from '../search/text-range.ts';
import { escapeLike, hasWords } from './filters/name-conditions.ts';
import { InputError } from '../errors/input-error.ts';
import { checkSize } from './paging/page-args.ts';
import { DeadlineError, type RunStatement } from '../database/statements.ts';
import type { Maybe } from './cache/maybe.ts';
import type { Store } from './cache/store.ts';

/** Type of a suggestion. */
type SuggestionKind = 'AUTHOR' | 'CATEGORY' | 'PAPER';

/** The text typed so far, and the suggestions wanted for it. */
export interface SuggestArgs {
  readonly prefix: string;
  readonly kinds: readonly SuggestionKind[];
  readonly first: number;
}

/** One suggestion. */
export interface Suggestion {
  readonly kind: SuggestionKind;
  /** Row id of the author, category or paper. */
  readonly id: number;
  readonly text: string;
  /** Parts of the text that match the text typed. */
  readonly ranges: readonly TextRange[];
}

/** Longest prefix to suggest for, in characters. */
export const MAX_LENGTH = 200;

/** Least similarity of pg_trgm: a typo leaves a word of six letters about half of its trigrams. */
const SIMILAR = 0.45;

/**
 * Suggests names and titles whose words begin with the words typed, then names and titles that are spelt
 * similarly. Authors and categories come by number of papers, papers by date, and the kinds alternate. For an
 * arXiv id, or its beginning, returns its papers alone. Kinds that take too long are left out, and `onLate` is
 * called. Rejects with InputError above 200 characters, and for `first` outside 0 to 100.
 */
export async function suggest(
  store: Store,
  args: SuggestArgs,
  { timeoutMs, onLate }: { readonly timeoutMs: number; readonly onLate: () => void },
): Promise<Suggestion[]> {
  const { prefix, kinds, first } = args;
  if (prefix.length > MAX_LENGTH)
    throw new InputError(
      ['prefix'],
      `prefix: expected at most ${MAX_LENGTH} characters, got ${prefix.length}`,
    );
  checkSize(first, ['first']);
  const order = kinds.includes('PAPER') ? orderBeginning(prefix.trim()) : undefined;
  const known = order === undefined ? [] : await papersInOrder(store, order, { first, timeoutMs });
  if (known.length > 0) return known;
  const typed = nameWords(prefix);
  if (typed.length === 0) return [];
  const found = await Promise.all(
    [...new Set(kinds)].map(async (kind) => {
      try {
        return await candidates(store, kind, { typed, first, timeoutMs });
      } catch (error) {
        if (!(error instanceof DeadlineError)) throw error;
        onLate();
        return [];
      }
    }),
  );
  return found
    .flat()
    .toSorted((a, b) => Number(a.similar) - Number(b.similar) || a.rank - b.rank)
    .slice(0, first)
    .map(({ kind, id, text }) => ({ kind, id, text, ranges: matchRanges(text, typed) }));
}

/**
 * The prefix of `arxiv_order` for arXiv ids that begin with the text typed; undefined if no id begins with
 * it.
 */
function orderBeginning(typed: string): string | undefined {
  const id = parseArxivId(typed)?.id;
  if (id !== undefined) return arxivOrder(id);
  const [, period, number] = /^(?:arxiv: ?)?(\d{2}(?:0[1-9]|1[0-2]))\.(\d{0,4})$/i.exec(typed) ?? [];
  return period === undefined ? undefined : `20${period}${period >= '1501' ? '0' : '00'}${number}`;
}

function papersInOrder({ run, cache }: Store, order: string, limits: Limits): Maybe<Suggestion[]> {
  const key = `suggest.id ${limits.first} ${order}`;
  return cache.get(key, async () => await readPapersInOrder(run, order, limits));
}

async function readPapersInOrder(
  run: RunStatement,
  order: string,
  { first, timeoutMs }: Limits,
): Promise<Suggestion[]> {
  const query = sql`select p.id, p.title as text from paper p where p.arxiv_order like ${`${order}%`}
    order by p.arxiv_order desc limit ${first}`;
  const rows = await run<{ id: number; text: string }>({
    name: 'suggest.id',
    sql: query,
    unique: true,
    timeoutMs,
  });
  return rows.map((row) => ({ kind: 'PAPER', ...row, ranges: [] }));
}

interface Candidate {
  readonly kind: SuggestionKind;
  readonly id: number;
  readonly text: string;
  /** Whether it is only spelt like the words typed, and does not begin with them. */
  readonly similar: boolean;
  /** Rank within its kind, from 0. */
  readonly rank: number;
}

interface Limits {
  readonly first: number;
  readonly timeoutMs: number;
}

/** What the candidates of a kind depend on. */
interface Typed extends Limits {
  /** Words. */
  readonly typed: readonly string[];
}

function candidates({ run, cache }: Store, kind: SuggestionKind, asked: Typed): Maybe<Candidate[]> {
  const key = `suggest.${kind} ${JSON.stringify([asked.first, asked.typed])}`;
  return cache.get(key, async () => await readCandidates(run, kind, asked));
}

async function readCandidates(
  run: RunStatement,
  kind: SuggestionKind,
  { typed, first, timeoutMs }: Typed,
): Promise<Candidate[]> {
  const settings = { 'pg_trgm.word_similarity_threshold': SIMILAR };
  const read = carried(
    async (name: string, query: Sql) =>
      await run<{ id: number; text: string }>({
        name,
        sql: sql`${query} limit ${first}`,
        unique: true,
        timeoutMs,
        settings,
      }),
  );
  const begun = await read(`suggest.${kind}`, BEGUN[kind](typed));
  const wanted = begun.length < first && typed.join('').length > 2;
  const similar = wanted ? await read(`suggest.${kind}.similar`, SIMILAR_TO[kind](typed.join(' '))) : [];
  const known = new Set(begun.map(({ id }) => id));
  const all = [
    ...begun.map((row) => ({ ...row, similar: false })),
    ...similar.filter(({ id }) => !known.has(id)).map((row) => ({ ...row, similar: true })),
  ];
  return all.map((row, rank) => ({ ...row, kind, rank }));
}

/** SQL: categories with their text, such as `Machine Learning (cs.LG)`, and their words between spaces. */
const CATEGORY = sql`(
  select c.id, c.paper_count, c.code,
    concat(c.name || ' (', c.code, case when c.name is null then '' else ')' end) as text,
    concat(' ', lower(translate(
      concat_ws(' ', c.code, c.name, array_to_string(c.aliases, ' ')), '.-', '  ')), ' ') as words
  from category c) c`;

/** SQL: the rows whose words begin with the words typed, best first. */
const BEGUN: Record<SuggestionKind, (typed: readonly string[]) => Sql> = {
  AUTHOR: (typed) => sql`select u.id, u.name as text from author u
    where ${hasWords(sql.raw('u.name_words'), typed, { begun: true })}
    order by ${inARow(sql.raw('u.name_words'), typed)} u.paper_count desc, u.name`,
  CATEGORY: (typed) => sql`select c.id, c.text from ${CATEGORY}
    where ${hasWords(sql.raw('c.words'), typed, { begun: true })}
    order by ${inARow(sql.raw('c.words'), typed)} c.paper_count desc, c.code`,
  PAPER: (typed) => sql`select p.id, p.title as text from paper p
    where ${sql.join(
      typed.map((word) => sql`p.title_folded ~ ${beginning(word)}`),
      ' and ',
    )} order by ${inARow(sql.raw('p.title_folded'), typed)} p.first_digest_date desc, p.arxiv_order desc`,
};

// Letters of a folded title, by code point: its collation is "C", in which only ASCII letters are letters to
// a regular expression. Han, kana and Hangul are not among them, so that a word may begin after any such
// character.
const LETTERS = 'a-z0-9\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u10FF\u1200-\u1FFF';

/** A regular expression that finds the word at the beginning of a word. */
function beginning(word: string): string {
  return `(^|[^${LETTERS}])${word}`;
}

/** SQL: sorts rows with the typed words in a row first. */
function inARow(column: Sql, typed: readonly string[]): Sql {
  return typed.length < 2 ? sql.empty : sql`${column} like ${`%${escapeLike(typed.join(' '))}%`} desc,`;
}

/** SQL: the rows with words similar to the text, most similar first. */
const SIMILAR_TO: Record<SuggestionKind, (text: string) => Sql> = {
  AUTHOR: (text) => sql`select u.id, u.name as text from author u where ${text} <% u.name_words
    order by word_similarity(${text}, u.name_words) desc, u.paper_count desc, u.name`,
  CATEGORY: (text) => sql`select c.id, c.text from ${CATEGORY} where ${text} <% c.words
    order by word_similarity(${text}, c.words) desc, c.paper_count desc, c.code`,
  PAPER: (text) => sql`select p.id, p.title as text from paper p where ${text} <% p.title_folded
    order by word_similarity(${text}, p.title_folded) desc, p.first_digest_date desc, p.arxiv_order desc`,
};
