import { sql } from '../../database/sql.ts';
import type { IngestSeverity, IngestStatus, SummaryStatus } from '../../database/generated/enums.ts';
import type { SummaryPart } from '../../digest/digest.ts';

// What the reads give: rows of one thing each, with what its GraphQL type shows and the ids that lead on from it.
// Days are YYYY-MM-DD, languages BCP 47. Each column list is of the alias that stands beside it.

/** A paper. */
export interface PaperRow {
  readonly id: number;
  readonly arxivId: string;
  readonly version: number | null;
  readonly title: string;
  readonly abstract: string;
  readonly comment: string | null;
  readonly codeUrl: string | null;
  readonly codeStars: number | null;
  readonly codeUpdatedOn: string | null;
  readonly primaryCategoryId: number | null;
  readonly subjectClasses: readonly string[];
  readonly firstDigestDate: string;
  readonly firstSeenAt: Date;
  readonly updatedAt: Date;
}

/** A paper in a list. */
export interface ScoredPaperRow extends PaperRow {
  /** Null where the list's filter does not search. */
  readonly score: number | null;
}

/** Columns of PaperRow, from p. */
export const paperColumns = sql`p.id, p.arxiv_id as "arxivId", p.version, p.title, p.abstract, p.comment,
  p.code_url as "codeUrl", p.code_stars as "codeStars", p.code_updated_on as "codeUpdatedOn",
  p.primary_category_id as "primaryCategoryId", coalesce(p.subject_classes, '{}') as "subjectClasses",
  p.first_digest_date as "firstDigestDate", p.first_seen_at as "firstSeenAt", p.updated_at as "updatedAt"`;

/** A name of authors. */
export interface AuthorRow {
  readonly id: number;
  readonly name: string;
  readonly paperCount: number;
}

/** Columns of AuthorRow, from u. */
export const authorColumns = sql`u.id, u.name, u.paper_count as "paperCount"`;

/** An author in a paper's list. */
export interface AuthorshipRow extends AuthorRow {
  /** From 1. */
  readonly position: number;
  readonly printedName: string;
}

/** An author beside another one. */
export interface CoauthorRow extends AuthorRow {
  /** Papers together. */
  readonly sharedPapers: number;
}

/** A category. */
export interface CategoryRow {
  readonly id: number;
  readonly code: string;
  readonly name: string | null;
  readonly archive: string | null;
  readonly aliases: readonly string[];
  readonly paperCount: number;
}

/** Columns of CategoryRow, from c. */
export const categoryColumns = sql`c.id, c.code, c.name, c.archive,
  coalesce(c.aliases, '{}') as aliases, c.paper_count as "paperCount"`;

/** A source. */
export interface SourceRow {
  readonly id: number;
  readonly name: string;
}

/** Columns of SourceRow, from s. */
export const sourceColumns = sql`s.id, s.name`;

/** A digest. */
export interface DigestRow {
  readonly id: number;
  readonly date: string;
  readonly language: string | null;
  readonly sourceId: number;
  readonly source: string;
  readonly revision: number;
  readonly ingestedAt: Date;
  readonly updatedAt: Date;
  readonly entryCount: number;
}

/** Columns of DigestRow, from d and s. */
export const digestColumns = sql`d.id, d.date, d.language, d.source_id as "sourceId", s.name as source,
  d.revision, d.ingested_at as "ingestedAt", d.updated_at as "updatedAt", d.entry_count as "entryCount"`;

/** An entry of a digest. */
export interface EntryRow {
  readonly id: number;
  readonly key: string;
  readonly position: number;
  readonly digestId: number;
  readonly paperId: number;
  readonly sectionId: number | null;
}

/** Columns of EntryRow, from e. */
export const entryColumns = sql`e.id, e.key, e.position, e.digest_id as "digestId", e.paper_id as "paperId",
  e.section_id as "sectionId"`;

/** The AI text of an entry. */
export interface SummaryRow {
  /** Of the entry. */
  readonly id: number;
  /** Of the entry. */
  readonly key: string;
  readonly language: string;
  readonly status: SummaryStatus;
  readonly tldr: string | null;
  readonly motivation: string | null;
  readonly method: string | null;
  readonly result: string | null;
  readonly conclusion: string | null;
  readonly parts: readonly SummaryPart[];
  readonly paperId: number;
  readonly digestId: number;
}

/** Columns of SummaryRow, from m, e and d. */
export const summaryColumns = sql`e.id, e.key, coalesce(d.language, 'und') as language, m.status, m.tldr,
  m.motivation, m.method, m.result, m.conclusion, m.parts, e.paper_id as "paperId", e.digest_id as "digestId"`;

/** One attempt to take in one file. */
export interface IngestRunRow {
  /** UUID. */
  readonly id: string;
  readonly status: IngestStatus;
  readonly origin: string | null;
  readonly digestId: number | null;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly entries: number;
  readonly papersAdded: number;
  readonly papersRevised: number;
  readonly summariesAdded: number;
  readonly unchanged: number;
  readonly rejected: number;
}

/** Columns of IngestRunRow, from r. */
export const ingestRunColumns = sql`r.id, r.status, r.origin, r.digest_id as "digestId",
  r.started_at as "startedAt", r.duration_ms as "durationMs", r.entries, r.papers_added as "papersAdded",
  r.papers_revised as "papersRevised", r.summaries_added as "summariesAdded", r.unchanged, r.rejected`;

/** One thing that was wrong with a file. */
export interface IngestProblemRow {
  readonly severity: IngestSeverity;
  readonly line: number | null;
  readonly arxivId: string | null;
  readonly message: string;
}
