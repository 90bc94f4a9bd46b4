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
  /** Of a connection: for each `facets` below it, which read the whole list. */
  readonly counting?: number;
}

/** Prices that differ from those of the field's type. */
type PriceList = Readonly<Record<string, (args: Args) => Partial<FieldPrice>>>;

/** Items of a page if neither `first` nor `last` is given. */
const USUAL_PAGE = 20;
const LARGEST_PAGE = 100;

/** Size of the page that the arguments of a connection ask for. A wrong size is refused later. */
function pageSize({ first, last }: Args): number {
  const size = [first, last].find((each) => typeof each === 'number') ?? USUAL_PAGE;
  return Math.max(0, Math.min(size, LARGEST_PAGE));
}

/** Pages are read by one statement for all parents; each parent has its own. */
export function pagePrice(args: Args): FieldPrice {
  return { once: 30, each: 2, size: pageSize(args) };
}

/** A short list of objects. */
export const LIST_PRICE: FieldPrice = { once: 20, each: 1, size: 10 };
/** One object. */
export const OBJECT_PRICE: FieldPrice = { once: 0, each: 1, size: 1 };
/** A value without fields. */
export const LEAF_PRICE: FieldPrice = { once: 0, each: 0.1, size: 1 };

/** A search reads all papers that match, to rank and to count them. */
const SEARCH = 2_000;
/** Facets count over all papers that match a filter; without a filter, they read counters. */
const COUNTED = 300;
const FILTERED = 10_000;
/** All types and fields of the schema. */
const INTROSPECTION = 1_500;

const papers = ({ filter }: Args): Partial<FieldPrice> => ({
  ...(isSearching(filter) && { once: SEARCH, each: 20 }),
  counting: filter === null || filter === undefined ? COUNTED : FILTERED,
});
const papersOfParent = (args: Args): Partial<FieldPrice> => ({ ...papers(args), counting: FILTERED });
/** Few, whatever the size of the page. */
const atMost =
  (most: number) =>
  (args: Args): Partial<FieldPrice> => ({ size: Math.min(most, pageSize(args)) });

/** By `Type.field`. */
export const PRICES: PriceList = {
  'Query.papers': papers,
  'Author.papers': papersOfParent,
  'Category.papers': papersOfParent,
  'Query.node': () => ({ once: 20 }),
  'Query.nodes': ({ ids }) => ({ once: 40, size: Array.isArray(ids) ? ids.length : LARGEST_PAGE }),
  'Query.suggest': ({ first }) => ({ once: 1_000, size: typeof first === 'number' ? first : 10 }),
  'Query.__schema': () => ({ once: INTROSPECTION }),
  'Query.__type': () => ({ once: INTROSPECTION / 10 }),
  'Paper.abstract': () => ({ once: 20, each: 1 }),
  'Paper.categories': () => ({ size: 6 }),
  'Paper.digests': atMost(10),
  'Paper.entries': atMost(10),
  'Paper.summaries': atMost(10),
  'Paper.summary': () => ({ once: 20, each: 2 }),
  'Paper.related': ({ first }) => ({ each: 1_500, size: typeof first === 'number' ? first : 10 }),
  'PaperEdge.highlights': () => ({ once: 200, each: 100, size: 5 }),
  // The list that they belong to says what counting costs.
  'PaperConnection.facets': () => ({ each: 20 }),
  'PaperFacets.timeline': () => ({ each: 20, size: 100 }),
  'PaperFacets.categories': ({ first }) => ({ size: typeof first === 'number' ? first : USUAL_PAGE }),
  'PaperFacets.authors': ({ first }) => ({ size: typeof first === 'number' ? first : USUAL_PAGE }),
  'PaperFacets.sources': ({ first }) => ({ size: typeof first === 'number' ? first : USUAL_PAGE }),
  'Author.coauthors': () => ({ once: 30, each: 300 }),
  'Author.categories': () => ({ each: 10 }),
  'Digest.markdown': () => ({ once: 100, each: 5_000 }),
  'Mutation.ingestDigest': () => ({ once: 10_000 }),
};

/** Whether a filter has a search anywhere. */
function isSearching(filter: unknown): boolean {
  if (typeof filter !== 'object' || filter === null) return false;
  const { search, and, or, not } = filter as Readonly<Record<string, unknown>>;
  return (
    typeof search === 'string' ||
    [and, or, not].some((inner) => (Array.isArray(inner) ? inner.some(isSearching) : isSearching(inner)))
  );
}
