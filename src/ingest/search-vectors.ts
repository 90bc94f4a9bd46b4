import { sql, type Sql } from '../database/sql.ts';
import type { SummaryPart } from '../digest/digest.ts';
import { mapInSlices } from '../time/slices.ts';
import { sections } from '../digest/summary.ts';
import { searchDocument } from '../search/search-text.ts';

/**
 * Goes up with every change to what is worked out of a paper's texts and entries: papers and events of a lower version are done
 * again at the next start.
 */
export const INDEX_VERSION = 5;

/** The texts that one vector is made of. */
export interface VectorTexts {
  readonly id: number;
  readonly arxivId: string;
  readonly title: string;
  readonly abstract: string;
  /** The parts of each entry with AI text. */
  readonly summaries: readonly SummaryPart[][];
}

/**
 * SQL that gives a row (id, vector, clipped) for each of these texts; `clipped`: the text is too long for the vector to keep
 * all its positions.
 */
export async function searchVectors(texts: readonly VectorTexts[]): Promise<Sql> {
  const rows = await mapInSlices(texts, ({ id, arxivId, title, abstract, summaries }) => {
    const { words, lexemes } = searchDocument({ arxivId, title, abstract, ...aiTexts(summaries) });
    return { id, ...words, lexemes };
  });
  // Materialized, so that a vector is made once, not wherever it is named.
  return sql`(
    with made as materialized (
      select id, setweight(to_tsvector('english', "A"), 'A') || setweight(to_tsvector('english', "B"), 'B')
        || setweight(to_tsvector('english', "C"), 'C') || setweight(to_tsvector('english', "D"), 'D')
        || lexemes::tsvector as vector
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(id int, "A" text, "B" text, "C" text, "D" text, lexemes text)
    )
    select id, vector, exists (
      select 1 from unnest(vector) u where cardinality(u.positions) >= 255 or 16383 = any(u.positions)) as clipped
    from made
  )`;
}

/** The same text in two digests is searched once. */
function aiTexts(summaries: readonly SummaryPart[][]): { tldrs: string[]; parts: string[] } {
  const all = summaries.flatMap((parts) => sections(parts));
  const texts = (wanted: boolean): string[] => [
    ...new Set(all.filter(({ label }) => (label === 'TL;DR') === wanted).map(({ text }) => text)),
  ];
  return { tldrs: texts(true), parts: texts(false) };
}
