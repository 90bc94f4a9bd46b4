import { askingFor, type Asker } from '../database/asker.ts';
import { DeadlineError, type RunStatement, type StatementOptions } from '../database/statements.ts';
import { andThen, type Maybe } from './cache/maybe.ts';
import { ReadCache } from './cache/read-cache.ts';
import { digestMarkdown } from './digest-markdown.ts';
import { facetReader, type FacetRequest, type Facets, type ReadFacets } from './facets.ts';
import { filterCounts } from './filters/filter-counts.ts';
import { searchCompiler } from './filters/compile-search.ts';
import { highlightReader, summaryReader, type ReadHighlights, type ReadSummaries } from './highlights.ts';
import { listCompiler, type ListField, type ListRequest } from './lists/list-field.ts';
import { lookups, type Lookups } from './lookups.ts';
import type { Wants } from './paging/list-sql.ts';
import { pageReader, type Page } from './paging/read-page.ts';
import { relatedReader, type ReadRelated, type RelatedPaper } from './related.ts';
import { shortLists, type ShortLists } from './short-lists.ts';
import { suggest, type SuggestArgs, type Suggestion } from './suggest.ts';

/** Reads that either succeed or fail. */
interface PlainReads extends Lookups, ShortLists {
  /** Reads one page of a list. Throws, or rejects with, InputError for wrong arguments. */
  readonly page: <Args, Row extends object>(
    field: ListField<Args, Row>,
    request: ListRequest<Args> & { readonly wants: Wants },
  ) => Maybe<Page<Row>>;
  /** A digest as Markdown; null if it has no Markdown form. */
  readonly digestMarkdown: (digestId: number) => Maybe<string | null>;
}

/**
 * All reads that one operation can make. Reads of one kind are batched into one statement. A value that is
 * known already is returned at once, without a promise: no caller may change it.
 */
export interface Reads extends PlainReads {
  /** Counts facets over a whole list; null if this takes too long. Rejects with InputError for wrong arguments. */
  readonly facets: (request: FacetRequest) => Promise<Facets | null>;
  readonly highlights: ReadHighlights;
  /** The papers most related to a paper, best first; null if this takes too long. Throws InputError above 100. */
  readonly related: (paperId: number, first: number) => Maybe<readonly RelatedPaper[] | null>;
  /** Completes a prefix; without the kinds that take too long. Rejects with InputError for wrong arguments. */
  readonly suggest: (asked: SuggestArgs) => Promise<Suggestion[]>;
}

/** The reads of one version of the store. All operations that read this version share what they read. */
export interface VersionReads {
  /**
   * The reads of one operation. `onLate` is called when a value is left out or null because it takes too
   * long: another operation may get it. `asker` says for whom statements run.
   */
  readonly forOperation: (onLate: () => void, asker: () => Asker | undefined) => Reads;
}

/** How a process reads. */
export interface ReadOptions extends StatementOptions {
  /** Deadline of facets, related papers and suggestions, in milliseconds. */
  readonly slowMs?: number;
  /** Size of what is kept of a version of the store, in characters. */
  readonly keptCharacters?: number;
}

/** Default of `slowMs`. */
export const SLOW_MS = 3_000;

/** Makes the reads of one version of the store. They know nothing yet. */
export function createReads(run: RunStatement, options: ReadOptions): VersionReads {
  const { slowMs: timeoutMs = SLOW_MS, keptCharacters } = options;
  const cache = new ReadCache(keptCharacters);
  const store = { run, cache };
  const found = lookups(store);
  const { paperById } = found;
  const compileList = listCompiler(store, {
    compileSearch: searchCompiler(store),
    counts: filterCounts(store),
    paperById,
  });
  const readPage = pageReader(store);
  const plain: PlainReads = {
    ...found,
    ...shortLists(store, found),
    page: (field, request) =>
      andThen(compileList(field, request.args), (compiled) => readPage(compiled, request)),
    digestMarkdown: (id) => cache.get(`Digest.markdown ${id}`, async () => await digestMarkdown(run, id)),
  };
  const shared: SharedReads = {
    plain,
    facets: facetReader(store, { compileList, timeoutMs }),
    related: relatedReader(store, timeoutMs),
    summaries: summaryReader(store),
    suggest: async (asked, onLate) => await suggest(store, asked, { timeoutMs, onLate }),
  };
  return { forOperation: (onLate, asker) => askingReads(operationReads(run, shared, onLate), asker) };
}

/** What the reads of operations are made of. */
interface SharedReads {
  readonly plain: PlainReads;
  readonly facets: ReadFacets;
  readonly related: ReadRelated;
  readonly summaries: ReadSummaries;
  readonly suggest: (asked: SuggestArgs, onLate: () => void) => Promise<Suggestion[]>;
}

function operationReads(run: RunStatement, shared: SharedReads, onLate: () => void): Reads {
  const orNull = (error: unknown): null => {
    if (!(error instanceof DeadlineError)) throw error;
    onLate();
    return null;
  };
  const texts = { summaries: shared.summaries, abstractOf: shared.plain.abstractOfPaper };
  let highlights: ReadHighlights | undefined;
  return {
    ...shared.plain,
    facets: async (request) => await shared.facets(request).catch(orNull),
    highlights: async (...args) => await (highlights ??= highlightReader(run, texts))(...args),
    related: (paperId, first) => {
      const related = shared.related(paperId, first);
      return related instanceof Promise ? related.catch(orNull) : related;
    },
    suggest: async (asked) => await shared.suggest(asked, onLate),
  };
}

/** Reads whose statements run for an operation. */
function askingReads(reads: Reads, asker: () => Asker | undefined): Reads {
  type Read = (...args: readonly unknown[]) => unknown;
  const bound = (Object.entries(reads) as [string, Read][]).map(([name, read]): [string, Read] => [
    name,
    (...args) => askingFor(asker(), () => read(...args)),
  ]);
  return Object.fromEntries(bound) as unknown as Reads;
}
