import type { ArxivId } from '../arxiv/arxiv-id.ts';

/** The two forms in which a producer publishes one and the same digest. */
export type DigestForm = 'MARKDOWN' | 'JSONL';

/**
 * What one digest entry states of its paper, text exactly as printed (NUL and lone surrogates apart). An absent
 * field was not stated at all; `comment: null` was stated to be empty.
 */
export interface Statement {
  /** The printed link to the abstract, only where it is not `https://arxiv.org/abs/<canonical id>`. */
  readonly url?: string;
  /** The arXiv version, where the source named one. */
  readonly version?: number;
  readonly title: string;
  readonly abstract: string;
  /** Names as printed, in order; empty where the source carries no authors. */
  readonly authors: readonly string[];
  /** How Markdown printed the names, only where that is not the names joined by `,`. */
  readonly authorLine?: string;
  /** The main category as printed: the section that the entry stands in. */
  readonly category?: string;
  /** Every subject as printed, arXiv codes and others, the primary first. Markdown never states it. */
  readonly categories?: readonly string[];
  readonly comment?: string | null;
  readonly codeUrl?: string;
  readonly codeStars?: number;
  /** YYYY-MM-DD */
  readonly codeUpdatedOn?: string;
  /**
   * In the store, for an entry in both forms: how its Markdown printed what its JSONL, which the other fields are from, states
   * otherwise. All four fields are Markdown's then, absent ones too.
   */
  readonly printed?: Pick<Statement, 'url' | 'version' | 'category' | 'authorLine'>;
}

/** One part of the AI text as published, placeholders included; null where JSON said null. */
export interface SummaryPart {
  /** As the producer's Markdown labels it (`TL;DR`, `Motivation`, …); other JSON keys in title case. */
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
  /** The AI text in published order; undefined where the entry has none (a raw listing). */
  readonly parts: readonly SummaryPart[] | undefined;
}

/** Something wrong with a file that did not stop the reading. REJECTED: an entry was left out. */
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
  /** Null where the line gives no total. */
  readonly total: number | null;
}

/** The table of contents of a Markdown digest; comes before every entry. */
export interface DigestContents {
  readonly kind: 'contents';
  readonly sections: readonly ContentsLine[];
}

/**
 * Bare commas join the authors of a Markdown file after all. Entries with an `authorLine`, given before the first such comma,
 * have one author each: the whole line.
 */
interface BareCommas {
  readonly kind: 'bare-commas';
}

/** What a reader yields, in file order. */
export type DigestItem = DigestEntry | DigestProblem | DigestContents | BareCommas;
