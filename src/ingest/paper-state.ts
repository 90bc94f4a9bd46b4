import { canonicalSubject, categoryCode } from '../arxiv/subjects.ts';
import type { Statement } from '../digest/digest.ts';
import { webUrl } from '../digest/web-url.ts';

/** One digest entry's statement about a paper, with what ranks it among others. */
export interface Observation {
  readonly statement: Statement;
  /** Day of the digest, YYYY-MM-DD. */
  readonly date: string;
  /** Name of the digest's source. */
  readonly source: string;
}

/** A paper's own fields. */
export interface PaperState {
  readonly version: number | null;
  readonly title: string;
  readonly abstract: string;
  readonly comment: string | null;
  readonly codeUrl: string | null;
  readonly codeStars: number | null;
  /** YYYY-MM-DD */
  readonly codeUpdatedOn: string | null;
  /** As printed, in order. */
  readonly authors: readonly string[];
  /** Canonical codes, the primary first. */
  readonly categories: readonly string[];
  /** Subjects that are no arXiv category, as printed. */
  readonly subjectClasses: readonly string[];
  /** YYYY-MM-DD */
  readonly firstDigestDate: string;
}

/**
 * What a paper's observations add up to. Each field comes from the best observation that states it: highest arXiv
 * version, then latest digest, then richest source; so a poorer source erases nothing, and the order in which
 * files came in does not matter. Takes at least one observation.
 */
export function paperState(observations: readonly Observation[]): PaperState {
  const ranked = observations
    .map((observation) => ({ ...observation, statement: inBothForms(observation.statement) }))
    .toSorted(byRank)
    .map(({ statement }) => statement);
  const codeUrl = first(ranked, codeUrlOf) ?? null;
  const sameCode = ranked.filter((s) => codeUrlOf(s) === codeUrl);
  return {
    version: first(ranked, (s) => s.version) ?? null,
    title: first(ranked, (s) => s.title || undefined) ?? '',
    abstract: first(ranked, (s) => s.abstract || undefined) ?? '',
    comment: first(ranked, (s) => s.comment) ?? null,
    codeUrl,
    codeStars: first(sameCode, (s) => s.codeStars) ?? null,
    codeUpdatedOn: first(sameCode, (s) => s.codeUpdatedOn) ?? null,
    authors: first(ranked, (s) => (s.authors.length > 0 ? s.authors : undefined)) ?? [],
    ...subjects(ranked),
    firstDigestDate: observations.map((o) => o.date).reduce((a, b) => (a < b ? a : b)),
  };
}

/** What the two forms of an entry say together: the section is Markdown's, the version the higher of the two. */
function inBothForms({ printed, ...statement }: Statement): Statement {
  if (printed === undefined) return statement;
  const { category = statement.category } = printed;
  const version = Math.max(printed.version ?? 0, statement.version ?? 0);
  return {
    ...statement,
    ...(category === undefined ? {} : { category }),
    ...(version === 0 ? {} : { version }),
  };
}

/** The first defined value that the statements, best first, give. */
function first<T>(
  ranked: readonly Statement[],
  read: (statement: Statement) => T | undefined,
): T | undefined {
  for (const statement of ranked) {
    const value = read(statement);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Statements from before URLs were checked may hold other text. */
function codeUrlOf({ codeUrl }: Statement): string | undefined {
  return codeUrl === undefined ? undefined : webUrl(codeUrl);
}

const isCode = (subject: string): boolean => categoryCode(subject) !== undefined;

/** Markdown states the primary category alone: a newer primary moves to the front of an older full list. */
function subjects(ranked: readonly Statement[]): Pick<PaperState, 'categories' | 'subjectClasses'> {
  const primary = first(ranked, (s) => s.category ?? s.categories?.find(isCode));
  const listed = first(ranked, (s) => s.categories) ?? [];
  const codes = [...(primary === undefined ? [] : [primary]), ...listed.filter(isCode)];
  return {
    categories: [...new Set(codes.map(canonicalSubject))],
    subjectClasses: [...new Set(listed.filter((subject) => !isCode(subject) && subject !== primary))],
  };
}

/** Best first. The last keys only make the order total, so that it never depends on the order of the input. */
function byRank(a: Observation, b: Observation): number {
  return (
    (b.statement.version ?? 0) - (a.statement.version ?? 0) ||
    compare(b.date, a.date) ||
    richness(b.statement) - richness(a.statement) ||
    compare(a.source, b.source) ||
    compare(canonicalJson(a.statement), canonicalJson(b.statement))
  );
}

/** How many of the fields that not every source carries this one does. */
function richness(statement: Statement): number {
  const { authors, category, categories, comment, codeUrl, codeStars, codeUpdatedOn } = statement;
  const optional = [category, categories, comment, codeUrl, codeStars, codeUpdatedOn];
  return optional.filter((value) => value !== undefined).length + (authors.length > 0 ? 1 : 0);
}

function canonicalJson(statement: Statement): string {
  return JSON.stringify(Object.entries(statement).toSorted(([a], [b]) => compare(a, b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
