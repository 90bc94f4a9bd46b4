import type { Data, DigestKey, Place } from './data.ts';

/** Arguments of one request. Those that a contender's document does not declare are ignored. */
export interface Args {
  readonly first?: number;
  /** The paper that precedes the page; each contender has its own form of it. */
  readonly after?: Place;
  /** The entry that precedes the page, by its position in the digest. */
  readonly afterEntry?: number;
  readonly value?: string | boolean | readonly string[];
  /** An exact name, where Papergraph takes the author's id. */
  readonly author?: string;
  readonly digest?: DigestKey;
  readonly days?: readonly [from: string, to: string];
}

/** Draws values. */
interface Draw {
  readonly data: Data;
  readonly oneOf: <Item>(items: readonly Item[]) => Item;
  /** A number from 0 to below `n`. */
  readonly below: (n: number) => number;
  /** A common size of pages, between half of `n` and one and a half. */
  readonly about: (n: number) => number;
}

/** A query that all contenders answer alike. */
export interface Query {
  readonly about: string;
  /** What differs between two cold requests. */
  readonly differs: string;
  readonly papergraph: string;
  readonly postgraphile: string;
  readonly draw: (draw: Draw) => Args;
  /** The list to which cursors of Papergraph belong; undefined without cursors. */
  readonly list?: 'papers' | 'category' | 'entries';
}

const PAPER = '{ arxivId title firstDigestDate }';
const PAGE = 'first: $first, after: $after';
const NEWEST = `${PAGE}, orderBy: PLACE_DESC`;
const OURS = '$first: Int, $after: String';
const THEIRS = '$first: Int, $after: Cursor';

/** How PostGraphile answers a filter: a function of the peers' schema, its argument and the type of that. */
type Call = readonly [name: string, argument: string, type: string];

/** A page of the papers that match one field of `PaperFilter`, newest first. */
function filter(field: string, ours: string, [call, argument, type]: Call, rest: Partial<Query> = {}): Query {
  return {
    about: `filter by \`${field}\``,
    differs: `value, ${POSITION}`,
    list: 'papers',
    papergraph: `query (${OURS}, $value: ${ours}) {
      papers(${PAGE}, orderBy: NEWEST, filter: {${field}: $value}) { nodes ${PAPER} } }`,
    postgraphile: `query (${THEIRS}, $value: ${type}) {
      papers: ${call}(${argument}: $value, ${NEWEST}) { nodes ${PAPER} } }`,
    draw: somewhere,
    ...rest,
  };
}

const POSITION = 'position and size of the page';
const somewhere = ({ oneOf, about, data }: Draw): { after: Place; first: number } => ({
  after: oneOf(data.papers),
  first: about(20),
});

export const QUERIES: Readonly<Record<string, Query>> = {
  nested: {
    about: 'nested: 20 papers, their authors, 5 papers of each, their categories',
    differs: POSITION,
    list: 'papers',
    papergraph: `query (${OURS}) { papers(${PAGE}) { nodes { title authors { nodes {
      name papers(first: 5) { nodes { title categories { code } } } } } } } }`,
    postgraphile: `query (${THEIRS}) { papers: allPapers(${NEWEST}) { nodes { title
      authors(first: 20, orderBy: POSITION_ASC) { nodes { name papers(first: 5, orderBy: PLACE_DESC) { nodes {
        title categories: categoriesList(orderBy: POSITION_ASC) { code } } } } } } } }`,
    draw: somewhere,
  },
  flat: {
    about: 'flat: 20 papers',
    differs: POSITION,
    list: 'papers',
    papergraph: `query (${OURS}) { papers(${PAGE}) { nodes ${PAPER} } }`,
    postgraphile: `query (${THEIRS}) { papers: allPapers(${NEWEST}) { nodes ${PAPER} } }`,
    draw: somewhere,
  },
  author: {
    about: 'an author by name, 10 papers, their categories',
    differs: 'author and size of the page',
    papergraph: `query ($first: Int, $value: String!) { author(by: {name: $value}) {
      name papers(first: $first) { nodes { title categories { code } } } } }`,
    postgraphile: `query ($first: Int, $value: String!) { author: authorByName(name: $value) {
      name papers(first: $first, orderBy: PLACE_DESC) { nodes {
        title categories: categoriesList(orderBy: POSITION_ASC) { code } } } } }`,
    draw: ({ oneOf, about, data }) => ({ value: oneOf(data.authors).name, first: about(10) }),
  },
  category: {
    about: '20 papers far down in the largest category',
    differs: POSITION,
    list: 'category',
    papergraph: `query (${OURS}, $value: String!) { category(by: {code: $value}) {
      papers(${PAGE}) { nodes ${PAPER} } } }`,
    postgraphile: `query (${THEIRS}, $value: String!) { category: categoryByCode(code: $value) {
      papers(${NEWEST}) { nodes ${PAPER} } } }`,
    draw: ({ oneOf, about, data: { big } }) => ({
      after: oneOf(big.deep),
      first: about(20),
      value: big.code,
    }),
  },
  digest: {
    about: '20 entries of a digest, their papers and TL;DRs',
    differs: 'digest, position and size of the page',
    list: 'entries',
    papergraph: `query (${OURS}, $digest: DigestKey!) { digest(by: {key: $digest}) {
      entries(${PAGE}) { nodes { position summary { tldr } paper { arxivId title } } } } }`,
    postgraphile: `query (${THEIRS}, $source: String!, $date: Date!, $language: String!) {
      digest: digestBySourceAndDateAndLanguage(source: $source, date: $date, language: $language) {
        entries(${PAGE}, orderBy: POSITION_ASC) { nodes { position tldr arxivId title } } } }`,
    draw: ({ oneOf, below, about, data }) => {
      const digest = oneOf(data.digests);
      return { digest, afterEntry: 1 + below(digest.entries - 25), first: about(20) };
    },
  },
  count: {
    about: 'the number of papers of two categories within some days',
    differs: 'categories and days',
    papergraph: `query ($value: [String!], $from: Date, $to: Date) {
      papers(first: 0, filter: {categories: $value, digestDates: {from: $from, to: $to}}) { totalCount } }`,
    postgraphile: `query ($value: [String!]!, $from: Date!, $to: Date!) {
      papers: papersByCategoriesAndDays(codes: $value, firstDay: $from, lastDay: $to) { totalCount } }`,
    draw: ({ oneOf, data }) => ({
      value: [oneOf(data.codes), oneOf(data.codes)].toSorted(),
      days: range(oneOf(data.days), oneOf(data.days)),
    }),
  },
  arxivIds: filter('arxivIds', '[String!]', ['papersByArxivIds', 'ids', '[String!]'], {
    differs: 'five ids',
    draw: ({ oneOf, data }) => ({ value: [1, 2, 3, 4, 5].map(() => oneOf(data.papers).arxivId), first: 5 }),
  }),
  authors: filter('authors', '[String!]', ['papersByAuthor', 'name', 'String!'], {
    differs: 'author and size of the page',
    draw: ({ oneOf, about, data }) => ({ value: oneOf(data.authors).name, first: about(10) }),
  }),
  authorIds: filter('authorIds', '[ID!]', ['papersByAuthor', 'name', 'String!'], {
    differs: 'author and size of the page',
    draw: ({ oneOf, about, data }) => ({ author: oneOf(data.authors).name, first: about(10) }),
  }),
  categories: filter('categories', '[String!]', ['papersByCategory', 'code', 'String!'], {
    draw: (draw) => ({ ...somewhere(draw), value: draw.oneOf(draw.data.codes) }),
  }),
  rare: filter('categories', '[String!]', ['papersByCategory', 'code', 'String!'], {
    about: 'filter by `categories`: one of very few papers',
    differs: POSITION,
    draw: (draw) => ({ ...somewhere(draw), value: draw.data.rare }),
  }),
  primaryCategories: filter(
    'primaryCategories',
    '[String!]',
    ['papersByPrimaryCategory', 'code', 'String!'],
    {
      draw: (draw) => ({ ...somewhere(draw), value: draw.oneOf(draw.data.codes) }),
    },
  ),
  digestDates: {
    about: 'filter by `digestDates`',
    differs: `days, ${POSITION}`,
    list: 'papers',
    papergraph: `query (${OURS}, $from: Date, $to: Date) {
      papers(${PAGE}, filter: {digestDates: {from: $from, to: $to}}) { nodes ${PAPER} } }`,
    postgraphile: `query (${THEIRS}, $from: Date!, $to: Date!) {
      papers: papersByDays(firstDay: $from, lastDay: $to, ${NEWEST}) { nodes ${PAPER} } }`,
    draw: (draw) => {
      const { after, first } = somewhere(draw);
      const day = after.date;
      return { after, first, days: [draw.oneOf(draw.data.days.filter((each) => each <= day)) ?? day, day] };
    },
  },
  hasCode: filter('hasCode', 'Boolean', ['papersByCode', 'wanted', 'Boolean!'], {
    draw: (draw) => ({ ...somewhere(draw), value: draw.oneOf([true, false]) }),
  }),
  hasSummary: filter('hasSummary', 'Boolean', ['papersBySummary', 'wanted', 'Boolean!'], {
    differs: POSITION,
    draw: (draw) => ({ ...somewhere(draw), value: true }),
  }),
  languages: filter('languages', '[String!]', ['papersByLanguage', 'tag', 'String!'], {
    draw: (draw) => ({ ...somewhere(draw), value: draw.oneOf(draw.data.digests).language ?? 'zh' }),
  }),
  sources: filter('sources', '[String!]', ['papersBySource', 'name', 'String!'], {
    draw: (draw) => ({ ...somewhere(draw), value: draw.oneOf(draw.data.digests).source }),
  }),
  search: filter('search', 'String', ['papersByWord', 'word', 'String!'], {
    about: 'filter by `search`: one word, newest first',
    differs: 'word and size of the page',
    draw: ({ oneOf, about, data }) => ({ value: oneOf(data.words), first: about(20) }),
  }),
};

function range(a: string, b: string): [string, string] {
  return a < b ? [a, b] : [b, a];
}
