import type { IngestSeverity, IngestStatus } from '../../database/generated/enums.ts';
import type { DigestFile } from '../../sources/digest-file.ts';

/** The ingest of one file, over all its attempts. */
export interface Run {
  /** UUID */
  readonly id: string;
  readonly startedAt: Date;
  readonly now: () => Date;
}

/** The natural key of a digest: its publisher, its day and its language. */
interface DigestKey {
  readonly source: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** BCP 47. `und` is an unknown language; null is a raw listing, which has no AI text. */
  readonly language: string | null;
}

/** A problem with a file, as `--json` and `ingestRuns` show it. */
export interface Problem {
  readonly severity: IngestSeverity;
  /** From 1; null if the problem concerns no single line. */
  readonly line: number | null;
  readonly arxivId: string | null;
  readonly message: string;
}

/** The outcome for one file: the object that `papergraph ingest --json` prints. */
export interface IngestReport {
  /** File name or URL, without folders, credentials or query. */
  readonly origin: string;
  readonly status: IngestStatus;
  /** Null if nothing is stored. */
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
  /** Papers with a change in a field of their own, other than the stars and the date of their code. */
  readonly papersRevised: number;
  /** Entries that are new in their digest and have AI text, other than placeholders. */
  readonly summariesAdded: number;
  /** Entries that changed anything: `entries` minus `unchanged`. */
  readonly changed: number;
  /** Entries that changed nothing; all of them if the status is UNCHANGED. */
  readonly unchanged: number;
  /** Entries that were left out. */
  readonly rejected: number;
  readonly problems: readonly Problem[];
  readonly durationMs: number;
}

/** The report of a file from which nothing is stored. */
export function nothingStored(
  file: DigestFile,
  run: Run,
  { status, problems, rejected = 0 }: Pick<IngestReport, 'status' | 'problems'> & { rejected?: number },
): IngestReport {
  return {
    origin: file.origin,
    status,
    digest: null,
    entries: 0,
    papers: 0,
    authors: 0,
    categories: {},
    papersAdded: 0,
    papersRevised: 0,
    summariesAdded: 0,
    changed: 0,
    unchanged: 0,
    rejected,
    problems,
    durationMs: durationOf(run),
  };
}

/** Milliseconds since the run began; 0 if the clock was set back. */
export function durationOf({ startedAt, now }: Run): number {
  return Math.max(0, now().getTime() - startedAt.getTime());
}
