import { Prisma } from '../database/generated/client.ts';
import type * as models from '../database/generated/client.ts';

// Rows as the pool gives them: the models, with days as text (YYYY-MM-DD).

type Days<Model, Key extends keyof Model> = {
  [K in keyof Model]: K extends Key ? string | Exclude<Model[K], Date> : Model[K];
};

/** A paper as the store has it. */
export type PaperRow = Days<
  Omit<models.Paper, 'arxivOrder' | 'titleFolded'>,
  'firstDigestDate' | 'codeUpdatedOn'
>;
/** A name. */
export type AuthorRow = Omit<models.Author, 'nameFolded'>;
/** A category. */
export type CategoryRow = models.Category;
/** A source with the number of its digests. */
export type SourceRow = models.Source;
/** A digest with the name of its source. */
export type DigestRow = Days<Omit<models.Digest, 'contents' | 'languageGuessed'>, 'date'> & {
  source: string;
};
/** An entry; `key` is its natural key. */
export type EntryRow = Pick<
  models.DigestEntry,
  'id' | 'key' | 'digestId' | 'paperId' | 'position' | 'sectionId'
>;
/** The AI text of an entry, whose key is its own too. */
export type SummaryRow = models.Summary & { key: string; digestId: number; language: string };
/** An ingest run. */
export type RunRow = models.IngestRun;
/** A problem of an ingest run. */
export type ProblemRow = Omit<models.IngestProblem, 'runId'>;

/** Columns of PaperRow, from `paper p`. */
export const paperColumns = Prisma.raw(`
  p.id, p.arxiv_id as "arxivId", p.version, p.title, p.abstract, p.comment, p.code_url as "codeUrl",
  p.code_stars as "codeStars", p.code_updated_on as "codeUpdatedOn", p.primary_category_id as "primaryCategoryId",
  p.subject_classes as "subjectClasses", p.first_digest_date as "firstDigestDate", p.first_seen_at as "firstSeenAt",
  p.updated_at as "updatedAt"`);

/** Columns of AuthorRow, from `author a`. */
export const authorColumns = Prisma.raw(`a.id, a.name, a.paper_count as "paperCount"`);

/** Columns of CategoryRow, from `category c`. */
export const categoryColumns = Prisma.raw(
  `c.id, c.code, c.name, c.archive, c.aliases, c.paper_count as "paperCount"`,
);

/** Columns of SourceRow, from `source s`. */
export const sourceColumns = Prisma.raw(`s.id, s.name`);

/** Columns of DigestRow, from `digest d join source s`. */
export const digestColumns = Prisma.raw(`
  d.id, d.source_id as "sourceId", s.name as source, d.date, d.language, d.revision, d.entry_count as "entryCount",
  d.ingested_at as "ingestedAt", d.updated_at as "updatedAt"`);

/** Columns of EntryRow, from `digest_entry e`. */
export const entryColumns = Prisma.raw(`
  e.id, e.key, e.digest_id as "digestId", e.paper_id as "paperId", e.position, e.section_id as "sectionId"`);

/** Columns of SummaryRow, from `summary m join digest_entry e join digest d`. */
export const summaryColumns = Prisma.raw(`
  m.entry_id as "entryId", m.paper_id as "paperId", m.status, m.tldr, m.motivation, m.method, m.result, m.conclusion,
  m.parts, e.key, e.digest_id as "digestId", d.language`);

/** Columns of RunRow, from `ingest_run r`. */
export const runColumns = Prisma.raw(`
  r.id, r.status, r.origin, r.digest_id as "digestId", r.started_at as "startedAt", r.duration_ms as "durationMs", r.entries,
  r.papers_added as "papersAdded", r.papers_revised as "papersRevised", r.summaries_added as "summariesAdded",
  r.unchanged, r.rejected`);

/** Columns of ProblemRow, from `ingest_problem b`. */
export const problemColumns = Prisma.raw(
  `b.position, b.severity, b.line, b.arxiv_id as "arxivId", b.message`,
);
