import type { Pool } from '../database/store-pool.ts';
import { digestMarkdown } from './digest-markdown.ts';
import { groups, type Groups } from './groups.ts';
import { lookups, type Lookups } from './lookups.ts';
import { facetReader, type ReadFacets } from './facets.ts';
import { highlightReader, type ReadHighlights } from './highlights.ts';
import { listReader, pageReader, type ReadPage } from './paging/pages.ts';
import { relatedReader, type ReadRelated } from './related.ts';
import { suggest, type SuggestArgs, type Suggestion } from './suggest.ts';
import { searchCompiler } from './filters/compile-search.ts';
import { statementRunner, type StatementOptions } from '../database/statements.ts';

/** All that a request reads, batched and read once: to be made anew for each request. */
export interface Reads extends Lookups, Groups {
  /** One page of a list. Throws InputError where its arguments cannot be answered. */
  readonly page: ReadPage;
  readonly facets: ReadFacets;
  readonly highlights: ReadHighlights;
  readonly related: ReadRelated;
  /** What a caller may be about to type. Rejects with InputError; an empty list where it takes too long. */
  readonly suggest: (asked: SuggestArgs) => Promise<Suggestion[]>;
  /** A digest as Markdown; null where it cannot be written. */
  readonly digestMarkdown: (digestId: number) => Promise<string | null>;
}

/** How a request reads. */
export interface ReadOptions extends StatementOptions {
  /** How long facets and related papers may take before they are given up. */
  readonly slowMs?: number;
}

const SLOW_MS = 3_000;

/** The reads of one request. */
export function createReads({ pool }: { readonly pool: Pool }, options: ReadOptions): Reads {
  const run = statementRunner(pool, options);
  const readList = listReader({ compileSearch: searchCompiler(run) });
  const { slowMs = SLOW_MS } = options;
  return {
    ...lookups(run),
    ...groups(run),
    page: pageReader(run, readList),
    facets: facetReader(run, { readList, timeoutMs: slowMs }),
    highlights: highlightReader(run),
    related: relatedReader(run, slowMs),
    suggest: async (asked) => await suggest(run, asked, slowMs),
    digestMarkdown: (digestId) => digestMarkdown(run, digestId),
  };
}
