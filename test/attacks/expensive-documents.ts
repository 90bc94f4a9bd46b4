// Documents that do harm by what they select.

/** A GraphQL request of an attacker. */
export interface Attack {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** `count` fields under aliases. */
export const times = (count: number, field: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => `a${n}: ${field(n)}`).join(' ');

/** A list and what is selected of its items. */
const list = (field: string, first: number, below: string): string =>
  `${field}(first: ${first}) { nodes { ${below} } }`;

/** Papers, their authors, and the papers of these. */
const threeLevels = (below: string): string =>
  list('papers', 100, list('authors', 10, list('papers', 20, below)));

/** A field that is selected twice on each level: validation compares the pairs of all levels. */
function twiceOnEachLevel(levels: number): string {
  if (levels === 0) return '__typename';
  const field = `${levels % 2 === 0 ? 'papers' : 'authors'} { nodes { ${twiceOnEachLevel(levels - 1)} } }`;
  return `${field} ${field}`;
}

/** Requests that once made others wait for seconds, by what they contain. */
export const DOCUMENT_ATTACKS = {
  'abstracts under 1,200 aliases': { query: `{ ${threeLevels(times(1_200, () => 'abstract'))} }` },
  'abstracts under 90 aliases': { query: `{ ${threeLevels(times(90, () => 'abstract'))} }` },
  'Markdown under 30 aliases': {
    query: `{ digests(first: 100) { nodes { ${times(30, () => 'markdown')} } } }`,
  },
  'five lists of 100 within one another': {
    query: `{ ${list('papers', 100, list('authors', 100, list('papers', 100, list('authors', 100, list('papers', 100, 'title')))))} }`,
  },
  'a common word under 50 aliases': {
    query: `{ ${times(50, (n) => `papers(first: 1, filter: { search: "model OR w${n}" }) { totalCount nodes { id } }`)} }`,
  },
  'facets under 50 aliases': {
    query: `{ ${times(50, (n) => `papers(first: 0, filter: { search: "model OR w${n}" }) { facets { authors { value } withCode } }`)} }`,
  },
  'highlights of 20 searches': {
    query: `{ ${times(20, (n) => `papers(first: 100, filter: { search: "model OR w${n}" }) { edges { highlights { text } } }`)} }`,
  },
  'introspection under 100 aliases': {
    query: `{ ${times(100, () => '__schema { types { name fields { name description args { name description } } } }')} }`,
  },
  'overlapping fields in inline fragments': {
    query: `{ ${'... on Query { papers { nodes { title abstract } } } '.repeat(95)} }`,
  },
  'overlapping fields in named fragments': {
    query: `{ ${Array.from({ length: 90 }, (_, n) => `...F${n}`).join(' ')} } ${Array.from(
      { length: 90 },
      (_, n) => `fragment F${n} on Query { papers { nodes { title } } }`,
    ).join(' ')}`,
  },
  'overlapping fields, twice on each level': { query: `{ ${twiceOnEachLevel(6)} }` },
  '25 fragments that spread one another twice': {
    query: `{ papers(first: 1) { ...F0 } } ${Array.from({ length: 25 }, (_, n) =>
      n === 24
        ? `fragment F${n} on PaperConnection { totalCount }`
        : `fragment F${n} on PaperConnection { ...F${n + 1} ...F${n + 1} }`,
    ).join(' ')}`,
  },
  'a type name 3,000 times': { query: `{ ${'__typename '.repeat(3_000)} }` },
  '1 MB of fragments': {
    query: `{ __typename } ${Array.from({ length: 25_000 }, (_, n) => `fragment F${n} on Query { __typename }`).join(' ')}`,
  },
} as const satisfies Readonly<Record<string, Attack>>;
