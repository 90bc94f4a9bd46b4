import type { ArxivId } from '../arxiv/arxiv-id.ts';

/** The two forms in which a producer publishes the same digest. */
export type DigestForm = 'MARKDOWN' | 'JSONL';

/**
 * A digest entry's facts about its paper, with the text exactly as printed, except for NUL and lone
 * surrogates. An absent field was not stated; `comment: null` was stated to be empty.
 */
export interface Statement {
  /** The printed link to the abstract, unless it is `https://arxiv.org/abs/<canonical id>`. */
  readonly url?: string;
  /** The arXiv version, if the source names one. */
  readonly version?: number;
  readonly title: string;
  readonly abstract: string;
  /** Names as printed, in order; empty if the source has no authors. */
  readonly authors: readonly string[];
  /** The author line as Markdown printed it, unless it is just the names joined by `,`. */
  readonly authorLine?: string;
  /** The main category as printed; in Markdown the section of the entry. */
  readonly category?: string;
  /** All subjects as printed, arXiv codes and others, the primary one first. Markdown never has them. */
  readonly categories?: readonly string[];
  readonly comment?: string | null;
  readonly codeUrl?: string;
  readonly codeStars?: number;
  /** YYYY-MM-DD */
  readonly codeUpdatedOn?: string;
  /**
   * Only in the store, for an entry that has both forms: the values of the Markdown where the JSONL differs.
   * The other fields are the JSONL's. If this is present, all four of its fields are the Markdown's,
   * including absent ones.
   */
  readonly printed?: Pick<Statement, 'url' | 'version' | 'category' | 'authorLine'>;
}

/** One part of the AI text as published, placeholders included. The text is null if the JSON has null. */
export interface SummaryPart {
  /** The label in the producer's Markdown (`TL;DR`, `Motivation`, …), or any other JSON key in title case. */
  readonly label: string;
  readonly text: string | null;
}

/** One entry of a digest. */
export interface DigestEntry {
  readonly kind: 'entry';
  /** The entry's first line in the file, from 1. */
  readonly line: number;
  readonly arxivId: ArxivId;
  readonly statement: Statement;
  /** The AI text in published order; undefined if the entry has none, as in a raw listing. */
  readonly parts: readonly SummaryPart[] | undefined;
}

/** A problem that does not stop the reading of a file. REJECTED means that an entry was left out. */
export interface DigestProblem {
  readonly kind: 'problem';
  readonly severity: 'WARNING' | 'REJECTED';
  readonly line: number | undefined;
  readonly arxivId: string | undefined;
  readonly message: string;
}

/** One line of a Markdown table of contents. */
export interface ContentsLine {
  readonly category: string;
  /** Null if the line has no total. */
  readonly total: number | null;
}

/** The table of contents of a Markdown digest. It comes before all entries. */
export interface DigestContents {
  readonly kind: 'contents';
  readonly sections: readonly ContentsLine[];
}

/**
 * The reader has found that bare commas separate the authors of this Markdown file. Entries with an
 * `authorLine` that it yielded earlier were split wrongly: each has one author, the whole line.
 */
interface BareCommas {
  readonly kind: 'bare-commas';
}

/** An item that a reader of digests yields, in file order. */
export type DigestItem = DigestEntry | DigestProblem | DigestContents | BareCommas;
