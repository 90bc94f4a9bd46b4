import type { Pool } from '../database/store-pool.ts';
import { statementRunner, type StatementOptions } from '../database/statements.ts';
import { digestMarkdown } from './digest-markdown.ts';
import { facetReader, type ReadFacets } from './facets.ts';
import { searchCompiler } from './filters/compile-search.ts';
import { highlightReader, type ReadHighlights } from './highlights.ts';
import { listCompiler, type ListField, type ListRequest } from './lists/list-field.ts';
import { lookups, type Lookups } from './lookups.ts';
import type { Wants } from './paging/list-sql.ts';
import { pageReader, type Page } from './paging/read-page.ts';
import { relatedReader, type ReadRelated } from './related.ts';
import { shortLists, type ShortLists } from './short-lists.ts';
import { suggest, type SuggestArgs, type Suggestion } from './suggest.ts';

/**
 * All reads that one request can make. Each value is read once; reads of one kind are batched into one
 * statement.
 */
export interface Reads extends Lookups, ShortLists {
  /** Reads one page of a list. Rejects with InputError for wrong arguments. */
  readonly page: <Args, Row extends object>(
    field: ListField<Args, Row>,
    request: ListRequest<Args> & { readonly wants: Wants },
  ) => Promise<Page<Row>>;
  readonly facets: ReadFacets;
  readonly highlights: ReadHighlights;
  readonly related: ReadRelated;
  /** Completes a prefix; empty if this takes too long. Rejects with InputError for wrong arguments. */
  readonly suggest: (asked: SuggestArgs) => Promise<Suggestion[]>;
  /** A digest as Markdown; null if it has no Markdown form. */
  readonly digestMarkdown: (digestId: number) => Promise<string | null>;
}

/** How a request reads. */
export interface ReadOptions extends StatementOptions {
  /** Deadline of facets, related papers and suggestions, in milliseconds. */
  readonly slowMs?: number;
}

/** Default of `slowMs`. */
export const SLOW_MS = 3_000;

/** Creates the reads of one request; they must not outlive it, because they never read a value again. */
export function createReads({ pool }: { readonly pool: Pool }, options: ReadOptions): Reads {
  const run = statementRunner(pool, options);
  const compileList = listCompiler({ compileSearch: searchCompiler(run) });
  const readPage = pageReader(run);
  const { slowMs = SLOW_MS } = options;
  return {
    ...lookups(run),
    ...shortLists(run),
    page: async (field, request) => await readPage(await compileList(field, request.args), request),
    facets: facetReader(run, { compileList, timeoutMs: slowMs }),
    highlights: highlightReader(run),
    related: relatedReader(run, slowMs),
    suggest: async (asked) => await suggest(run, asked, slowMs),
    digestMarkdown: async (digestId) => await digestMarkdown(run, digestId),
  };
}
