import { sql, type Sql } from './sql.ts';

/**
 * SQL: whether a summary has text that the model wrote, rather than placeholders for a failed generation.
 * Only such summaries are shown, searched, counted and announced. `alias` is that of `summary`, or of rows
 * with its column `status`.
 */
export function hasText(alias: 'm' | 's'): Sql {
  return sql.raw(`${alias}.status <> 'FAILED'`);
}

/**
 * The kinds of values by which `paper_count` counts papers: all papers, those with code, those with a
 * summary, and those of each source, language, day, week and month.
 */
export const PAPER_COUNT_KINDS = [
  'PAPER',
  'CODE',
  'SUMMARY',
  'SOURCE',
  'LANGUAGE',
  'DAY',
  'WEEK',
  'MONTH',
] as const;

/** A value of the column `paper_count.kind`. */
export type PaperCountKind = (typeof PAPER_COUNT_KINDS)[number];

/** SQL: a kind as a literal. */
export function countKind(kind: PaperCountKind): Sql {
  return sql.raw(`'${kind}'`);
}
