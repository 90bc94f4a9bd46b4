import { sql, type Sql } from '../../database/sql.ts';
import type { SummaryPart } from '../../digest/digest.ts';
import type { Transaction } from '../../database/transaction.ts';
import { mapInSlices } from '../../time/slices.ts';
import { sections, TLDR_LABEL } from '../../digest/summary.ts';
import { searchDocument } from '../../search/search-text.ts';
import { lexemesOf } from './lexemes.ts';
import { keysOf, vectorLiteral } from './vector-literal.ts';

/**
 * Version of everything that is computed from a paper's texts and entries. Increase it with every change to
 * that: the next start computes it again for papers and events of a lower version.
 */
export const INDEX_VERSION = 5;

/** The texts of one search vector. */
export interface VectorTexts {
  readonly id: number;
  readonly arxivId: string;
  readonly title: string;
  readonly abstract: string;
  /** The parts of each entry's AI text. */
  readonly summaries: readonly (readonly SummaryPart[])[];
}

/**
 * SQL: a row (id, vector, clipped) for each of these texts. `clipped` says that the text is too long for a
 * vector to keep the positions of all words: Postgres keeps 255 per word, none above 16,383.
 */
export async function searchVectors(tx: Transaction, texts: readonly VectorTexts[]): Promise<Sql> {
  const documents = await mapInSlices(texts, ({ id, arxivId, title, abstract, summaries }) => {
    const document = searchDocument({ arxivId, title, abstract, ...aiTexts(summaries) });
    return { id, document, keys: keysOf(document) };
  });
  const lexed = await lexemesOf(
    tx,
    documents.flatMap(({ keys }) => keys),
  );
  const rows = await mapInSlices(documents, ({ id, document: { words, lexemes }, keys }) => {
    const vector = vectorLiteral(keys, lexed);
    return vector === undefined ? { id, ...words, lexemes } : { id, vector, lexemes };
  });
  // Materialized, as Postgres would otherwise compute the vector again wherever it is named.
  return sql`(
    with made as materialized (
      select id, coalesce(vector, setweight(to_tsvector('english', "A"), 'A')
        || setweight(to_tsvector('english', "B"), 'B') || setweight(to_tsvector('english', "C"), 'C')
        || setweight(to_tsvector('english', "D"), 'D')) || lexemes as vector
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as n(id int, vector tsvector, "A" text, "B" text, "C" text, "D" text, lexemes tsvector)
    )
    select id, vector, exists (
      select 1 from unnest(vector) u
      where cardinality(u.positions) >= 255 or 16383 = any(u.positions)) as clipped
    from made
  )`;
}

/** The texts for the vector, each once: several digests may have the same one. */
function aiTexts(summaries: VectorTexts['summaries']): { tldrs: string[]; parts: string[] } {
  const all = summaries.flatMap((parts) => sections(parts));
  const texts = (wanted: boolean): string[] => [
    ...new Set(all.filter(({ label }) => (label === TLDR_LABEL) === wanted).map(({ text }) => text)),
  ];
  return { tldrs: texts(true), parts: texts(false) };
}
