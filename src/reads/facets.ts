import { InputError } from '../errors/input-error.ts';
import { facetsSql, type FacetRow, type FacetValue, type FacetWant } from './facet-sql.ts';
import type { CompileList, ListRequest } from './lists/list-field.ts';
import type { PaperArgs, PaperField } from './lists/papers.ts';
import { andThen } from './cache/maybe.ts';
import type { Store } from './cache/store.ts';
import { rowsByParent, type ParentId } from './paging/by-parent.ts';
import { checkSize } from './paging/page-args.ts';
import { inBuckets, type Bucket } from './timeline.ts';

/** The facets of one list. A facet that was not wanted has no values. */
export interface Facets {
  readonly values: (want: Exclude<FacetWant, { facet: 'timeline' }>) => readonly FacetValue[];
  readonly timeline: (want: FacetWant<'timeline'>) => readonly Bucket[];
}

/** A list of papers, and its wanted facets. */
export interface FacetRequest extends ListRequest<PaperArgs> {
  readonly field: PaperField;
  readonly wanted: readonly FacetWant[];
}

/**
 * Counts facets over a whole list. Rejects with DeadlineError if this takes too long, and with InputError for
 * wrong arguments.
 */
export type ReadFacets = (request: FacetRequest) => Promise<Facets>;

/** Makes the reader of facets. All facets of a list, under any parents, are one statement with a deadline. */
export function facetReader(
  { run, cache }: Store,
  { compileList, timeoutMs }: { readonly compileList: CompileList; readonly timeoutMs: number },
): ReadFacets {
  return async ({ field, args, parent, wanted }) => {
    if (wanted.length === 0) return collect(wanted, []);
    for (const want of wanted) check(want);
    const counting = andThen(compileList(field, args), ({ list, key }) => {
      const counted = parent === undefined && !list.filtered;
      const load = cache.loaderOf<ParentId, readonly FacetRow[]>(
        `facets ${key}${JSON.stringify(wanted)}`,
        () => ({
          read: async (parents) => {
            const query = facetsSql({ list, wanted, counted }, parents);
            const name = `${field.name}.facets`;
            const rows = await run<FacetRow>({ name, sql: query, unique: true, timeoutMs });
            return rowsByParent(parents, rows);
          },
        }),
      );
      return load(parent?.id ?? 0);
    });
    return collect(wanted, await counting);
  };
}

function check(want: FacetWant): void {
  if ('first' in want) checkSize(want.first, [want.facet, 'first']);
  const { from, to } = (want.facet === 'timeline' && want.dates) || {};
  if (from && to && from > to)
    throw new InputError(['timeline', 'dates'], `dates: expected from on or before to, got ${from} to ${to}`);
}

/**
 * Groups the rows by facet, with the JSON of each want as its key. Buckets are computed here, so that too
 * many of them fail the facets as a whole.
 */
function collect(wanted: readonly FacetWant[], rows: readonly FacetRow[]): Facets {
  const values = new Map<string, FacetRow[]>();
  const timelines = new Map<string, Bucket[]>();
  for (const [index, want] of wanted.entries()) {
    const own = rows.filter((row) => row.want === index);
    if (want.facet === 'timeline') timelines.set(JSON.stringify(want), inBuckets(own, want));
    else values.set(JSON.stringify(want), own);
  }
  return {
    values: (want) => values.get(JSON.stringify(want)) ?? [],
    timeline: (want) => timelines.get(JSON.stringify(want)) ?? [],
  };
}
