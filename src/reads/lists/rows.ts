import { sql } from '../../database/sql.ts';
import type { IngestSeverity, IngestStatus, SummaryStatus } from '../../database/generated/enums.ts';
import type { SummaryPart } from '../../digest/digest.ts';

// Rows as reads return them: the fields of a GraphQL type, and the ids of the rows that it refers to. Days
// are YYYY-MM-DD, languages are BCP 47 tags. The columns of each row are written for fixed table aliases,
// such as p for paper.

/** Row of `Paper`, without its abstract, which takes more space than all other fields. */
export interface PaperRow {
  readonly id: number;
  readonly arxivId: string;
  readonly version: number | null;
  readonly title: string;
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

/** Row of a list of papers. */
export interface ScoredPaperRow extends PaperRow {
  /** Relevance to the filter's searches; absent if it has none. */
  readonly score?: number;
}

/** SQL: the columns of PaperRow, from `paper p`. */
export const paperColumns = sql`p.id, p.arxiv_id as "arxivId", p.version, p.title, p.comment,
  p.code_url as "codeUrl", p.code_stars as "codeStars", p.code_updated_on as "codeUpdatedOn",
  p.primary_category_id as "primaryCategoryId", coalesce(p.subject_classes, '{}') as "subjectClasses",
  p.first_digest_date as "firstDigestDate", p.first_seen_at as "firstSeenAt", p.updated_at as "updatedAt"`;

/** Row of `Author`: a name, which several people may share. */
export interface AuthorRow {
  readonly id: number;
  readonly name: string;
  readonly paperCount: number;
}

/** SQL: the columns of AuthorRow, from `author u`. */
export const authorColumns = sql`u.id, u.name, u.paper_count as "paperCount"`;

/** Row of `Paper.authors`. */
export interface AuthorshipRow extends AuthorRow {
  /** From 1, in the paper's order. */
  readonly position: number;
  readonly printedName: string;
}

/** Row of `Author.coauthors`. */
export interface CoauthorRow extends AuthorRow {
  /** Number of papers that both have written. */
  readonly sharedPapers: number;
}

/** Row of `Category`. */
export interface CategoryRow {
  readonly id: number;
  readonly code: string;
  readonly name: string | null;
  readonly archive: string | null;
  readonly aliases: readonly string[];
  readonly paperCount: number;
}

/** SQL: the columns of CategoryRow, from `category c`. */
export const categoryColumns = sql`c.id, c.code, c.name, c.archive,
  coalesce(c.aliases, '{}') as aliases, c.paper_count as "paperCount"`;

/** Row of `Source`. */
export interface SourceRow {
  readonly id: number;
  readonly name: string;
}

/** SQL: the columns of SourceRow, from `source s`. */
export const sourceColumns = sql`s.id, s.name`;

/** Row of `Digest`. */
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

/** SQL: the columns of DigestRow, from `digest d` and `source s`. */
export const digestColumns = sql`d.id, d.date, d.language, d.source_id as "sourceId", s.name as source,
  d.revision, d.ingested_at as "ingestedAt", d.updated_at as "updatedAt", d.entry_count as "entryCount"`;

/** Row of `DigestEntry`. */
export interface EntryRow {
  readonly id: number;
  readonly key: string;
  readonly position: number;
  readonly digestId: number;
  readonly paperId: number;
  readonly sectionId: number | null;
}

/** SQL: the columns of EntryRow, from `digest_entry e`. */
export const entryColumns = sql`e.id, e.key, e.position, e.digest_id as "digestId", e.paper_id as "paperId",
  e.section_id as "sectionId"`;

/** Row of `Summary`, the AI text of an entry. */
export interface SummaryRow {
  /** Id of its entry. */
  readonly id: number;
  /** Key of its entry. */
  readonly key: string;
  readonly language: string;
  readonly status: SummaryStatus;
  readonly tldr: string | null;
  readonly motivation: string | null;
  readonly method: string | null;
  readonly result: string | null;
  readonly conclusion: string | null;
  /** Null if they follow from the fields above. */
  readonly parts: readonly SummaryPart[] | null;
  readonly paperId: number;
  readonly digestId: number;
}

/** SQL: the columns of SummaryRow, from `summary m`, `digest_entry e` and `digest d`. */
export const summaryColumns = sql`e.id, e.key, coalesce(d.language, 'und') as language, m.status, m.tldr,
  m.motivation, m.method, m.result, m.conclusion, m.parts, e.paper_id as "paperId",
  e.digest_id as "digestId"`;

/** Row of `IngestRun`, an attempt to ingest one file. */
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

/** SQL: the columns of IngestRunRow, from `ingest_run r`. */
export const ingestRunColumns = sql`r.id, r.status, r.origin, r.digest_id as "digestId",
  r.started_at as "startedAt", r.duration_ms as "durationMs", r.entries, r.papers_added as "papersAdded",
  r.papers_revised as "papersRevised", r.summaries_added as "summariesAdded", r.unchanged, r.rejected`;

/** Row of `IngestProblem`. */
export interface IngestProblemRow {
  readonly severity: IngestSeverity;
  readonly line: number | null;
  readonly arxivId: string | null;
  readonly message: string;
}
