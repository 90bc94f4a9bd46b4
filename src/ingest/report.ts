import type { IngestSeverity, IngestStatus } from '../database/generated/enums.ts';

/** What a digest is called: who published it, for which day, in which language (null: a raw listing). */
interface DigestKey {
  readonly source: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** BCP 47; `und`: AI text in an unnamed language; null: a raw listing. */
  readonly language: string | null;
}

/** Something wrong with a file, as `--json` and `ingestRuns` show it. */
export interface Problem {
  readonly severity: IngestSeverity;
  /** From 1; null where the problem has no one line. */
  readonly line: number | null;
  readonly arxivId: string | null;
  readonly message: string;
}

/** What became of one file: the object that `papergraph ingest --json` prints. Counts are whole numbers. */
export interface IngestReport {
  /** File name or URL, without folders, credentials or query. */
  readonly origin: string;
  readonly status: IngestStatus;
  /** Null where nothing is stored under a key. */
  readonly digest: (DigestKey & { readonly revision: number }) | null;
  /** Good entries in the file. */
  readonly entries: number;
  /** Distinct arXiv ids among them. */
  readonly papers: number;
  /** Distinct author names among them. */
  readonly authors: number;
  /** Entries per main category. */
  readonly categories: Readonly<Record<string, number>>;
  /** Papers that were not in the store before. */
  readonly papersAdded: number;
  /** Papers of which a field of their own changed, the stars and the date of their code apart. */
  readonly papersRevised: number;
  /** Entries that brought a summary with text which their digest did not have before. */
  readonly summariesAdded: number;
  /** Entries that changed anything: `entries` less `unchanged`. */
  readonly changed: number;
  /** Entries that changed nothing, all of them where the status is UNCHANGED. */
  readonly unchanged: number;
  /** Entries that were left out. */
  readonly rejected: number;
  readonly problems: readonly Problem[];
  readonly durationMs: number;
}
