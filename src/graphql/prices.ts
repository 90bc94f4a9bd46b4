// What fields cost, in points. A point is about ten microseconds of processor time of the server and of
// Postgres together. The numbers were measured in a store of 20,000 papers: npm run bench -- prices.

/** Coerced arguments of a field. */
type Args = Readonly<Record<string, unknown>>;

/** What a field costs, without what is selected below it. */
export interface FieldPrice {
  /** For all of its parents together: they share a statement. */
  readonly once: number;
  /** For each parent. */
  readonly each: number;
  /** Objects that the field returns for a parent at most, if it is a list or a connection. */
  readonly size: number;
  /** Of a connection: for all facets below it. They read the whole list. */
  readonly counting?: number;
  /** Of a connection: for the `totalCount` below it. */
  readonly total?: number;
  /** Of a facet: its share of `counting`. */
  readonly share?: number;
}

/** Prices that differ from those of the field's type. */
type PriceList = Readonly<Record<string, (args: Args) => Partial<FieldPrice>>>;

/** Items of a page if neither `first` nor `last` is given. */
const USUAL_PAGE = 20;
const LARGEST_PAGE = 100;

/** Size of the page that the arguments of a connection ask for. A wrong size is refused later. */
function pageSize({ first, last }: Args): number {
  return clamp([first, last].find((each) => typeof each === 'number') ?? USUAL_PAGE);
}

function clamp(size: number): number {
  return Math.max(0, Math.min(size, LARGEST_PAGE));
}

/** A list of about so many, unless `first` or `last` asks for another size. */
function usually(size: number): (args: Args) => Partial<FieldPrice> {
  return (args) => (isNothing(args['first']) && isNothing(args['last']) ? { size } : {});
}

/** Pages are read by one statement for all parents; each parent has its own. */
export function pagePrice(args: Args): FieldPrice {
  return { once: 40, each: 2, size: pageSize(args) };
}

/** A short list of objects. */
export const LIST_PRICE: FieldPrice = { once: 20, each: 1, size: 10 };
/** One object. */
export const OBJECT_PRICE: FieldPrice = { once: 0, each: 1, size: 1 };
/** A value without fields. */
export const LEAF_PRICE: FieldPrice = { once: 0, each: 0.1, size: 1 };
/** Any field of a type of introspection: a fraction of an ordinary field. */
export const INTROSPECTION_PRICE: FieldPrice = { once: 0, each: 0.02, size: 4 };
/** Every operation, for its transport and for the version that it reads. */
export const OPERATION_PRICE = 20;

/** What ranks a search reads all papers that match. In another order, papers are read until the page is full. */
const RANKED = 5_000;
const MATCHED = 500;
/** The number of papers that match a filter. */
const TOTAL = 2_000;
/** Facets count over all papers that match. Without a filter, they read counters. */
const COUNTED = 200;
const FILTERED = 25_000;
/** An author has hundreds of papers at most. */
const COUNTED_OF_AUTHOR = 1_000;

/** Dearer than measured: answers are long, and nobody needs the schema many times in one operation. */
const INTROSPECTION = 500;

/** A list of papers: `whole` is for all facets if nothing filters it. */
const papers =
  (whole: number, filtered: number) =>
  ({ filter, orderBy }: Args): Partial<FieldPrice> => {
    if (filter === null || filter === undefined) return { counting: whole };
    const ranked = orderBy === 'RELEVANCE' || (isNothing(orderBy) && isSearching(filter, 'ranked'));
    const search = isSearching(filter) ? { once: ranked ? RANKED : MATCHED, each: 50 } : {};
    return { counting: filtered, total: (TOTAL * filtered) / FILTERED, ...search };
  };
/** One object by its id or key. */
const lookup = (): Partial<FieldPrice> => ({ once: 20 });
/** By `first`, where it has a default of its own. */
const sized = ({ first }: Args): number => (typeof first === 'number' ? clamp(first) : USUAL_PAGE);
/** Few, whatever the size of the page. */
const atMost =
  (most: number) =>
  (args: Args): Partial<FieldPrice> => ({ size: Math.min(most, pageSize(args)) });
const facet =
  (share: number) =>
  (args: Args): Partial<FieldPrice> => ({ share, once: 0, each: 10, size: sized(args) });
/** Events are judged by the filter, and read with their entries. */
const events = ({ first, filter }: Args): Partial<FieldPrice> => ({
  once: isSearching(filter) ? 1_000 : 100,
  size: typeof first === 'number' ? clamp(first) : 50,
});

/** By `Type.field`. */
export const PRICES: PriceList = {
  'Query.papers': papers(COUNTED, FILTERED),
  'Author.papers': papers(COUNTED_OF_AUTHOR, COUNTED_OF_AUTHOR),
  'Category.papers': papers(FILTERED, FILTERED),
  'Query.authors': ({ filter }) => {
    if (isNothing(filter)) return {};
    return { once: isSearching(filter) ? 4_000 : 500, total: TOTAL };
  },
  'Query.author': lookup,
  'Query.category': lookup,
  'Query.digest': lookup,
  'Query.node': lookup,
  'Query.paper': lookup,
  'Query.source': lookup,
  'Query.nodes': ({ ids }) => {
    const size = Array.isArray(ids) ? ids.length : LARGEST_PAGE;
    return { once: 40, each: 3 * size, size };
  },
  'Query.suggest': (args) => ({ once: 700, size: sized(args) }),
  'Query.feed': events,
  'Query.digestFeed': events,
  'Subscription.paperIngested': events,
  'Subscription.digestIngested': events,
  'Query.__schema': () => ({ once: INTROSPECTION }),
  'Query.__type': () => ({ once: INTROSPECTION / 10 }),
  '__Schema.types': () => ({ size: 130 }),
  'Paper.abstract': () => ({ once: 20, each: 1 }),
  'Paper.authors': usually(10),
  'Paper.categories': () => ({ size: 2 }),
  'Paper.digests': atMost(5),
  'Paper.entries': atMost(5),
  'Paper.summaries': atMost(5),
  'Paper.summary': () => ({ once: 20, each: 2 }),
  'Paper.related': (args) => ({ once: 1_500, each: 1_100, size: sized(args) }),
  'PaperEdge.highlights': () => ({ once: 200, each: 130, size: 5 }),
  // A facet costs a share of what its list says. The shares include what all facets have in common.
  'PaperConnection.facets': () => ({ each: 20, share: 0.15 }),
  'PaperFacets.authors': facet(0.35),
  'PaperFacets.categories': facet(0.07),
  'PaperFacets.languages': facet(0.1),
  'PaperFacets.sources': facet(0.18),
  'PaperFacets.timeline': (args) => ({ ...facet(0.15)(args), size: 100 }),
  'PaperFacets.withCode': () => ({ share: 0.02 }),
  'PaperFacets.withSummary': () => ({ share: 0.02 }),
  'PaperEvent.paper': () => ({ once: 20, each: 3 }),
  'Author.coauthors': () => ({ once: 30, each: 1_200 }),
  'Author.categories': () => ({ each: 50 }),
  'Digest.categories': () => ({ each: 60 }),
  'Digest.markdown': () => ({ once: 100, each: 4_000 }),
  'Mutation.ingestDigest': () => ({ once: 10_000 }),
};

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

/** Whether a filter has a search: anywhere, or one that ranks the papers, which none within `not` does. */
function isSearching(filter: unknown, which: 'any' | 'ranked' = 'any'): boolean {
  if (typeof filter !== 'object' || filter === null) return false;
  const { search, and, or, not } = filter as Readonly<Record<string, unknown>>;
  return (
    typeof search === 'string' ||
    [and, or, ...(which === 'any' ? [not] : [])].some((inner) =>
      Array.isArray(inner) ? inner.some((each) => isSearching(each, which)) : isSearching(inner, which),
    )
  );
}
