import { canonicalSubject, categoryCode } from '../../arxiv/subjects.ts';
import type { Statement } from '../../digest/digest.ts';
import { webUrl } from '../../digest/web-url.ts';

/** One entry's statement about a paper, and the digest's day and source, by which statements are ranked. */
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
  /** Subjects that are not arXiv categories, as printed. */
  readonly subjectClasses: readonly string[];
  /** YYYY-MM-DD */
  readonly firstDigestDate: string;
}

/**
 * Computes a paper's fields from its observations, of which there is at least one. Each field comes from the
 * best observation that states it: highest arXiv version, then latest digest, then richest source. So a
 * poorer source erases nothing, and the order in which files were ingested does not matter.
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

/** The statement of an entry in both forms: the section is Markdown's, the version the higher one. */
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

/** The first value that is defined, of the statements from best to worst. */
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

/** The URL of the code. An earlier version stored statements unchecked: text that is not a URL is ignored. */
function codeUrlOf({ codeUrl }: Statement): string | undefined {
  return codeUrl === undefined ? undefined : webUrl(codeUrl);
}

const isCode = (subject: string): boolean => categoryCode(subject) !== undefined;

/** Markdown states the primary category only: the newest one moves to the front of the newest full list. */
function subjects(ranked: readonly Statement[]): Pick<PaperState, 'categories' | 'subjectClasses'> {
  const primary = first(ranked, (s) => s.category ?? s.categories?.find(isCode));
  const listed = first(ranked, (s) => s.categories) ?? [];
  const codes = [...(primary === undefined ? [] : [primary]), ...listed.filter(isCode)];
  return {
    categories: [...new Set(codes.map(canonicalSubject))],
    subjectClasses: [...new Set(listed.filter((subject) => !isCode(subject) && subject !== primary))],
  };
}

/**
 * Orders observations from best to worst. The last two keys break ties, so that the input's order never
 * matters.
 */
function byRank(a: Observation, b: Observation): number {
  return (
    (b.statement.version ?? 0) - (a.statement.version ?? 0) ||
    compare(b.date, a.date) ||
    richness(b.statement) - richness(a.statement) ||
    compare(a.source, b.source) ||
    compare(canonicalJson(a.statement), canonicalJson(b.statement))
  );
}

/** The number of optional fields that a statement has. */
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
