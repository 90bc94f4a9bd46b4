import { getIntrospectionQuery } from 'graphql';
import type pg from 'pg';
import { nodeId } from '#papergraph/reads/paging/node-id';

/** An operation whose price is compared with what it costs. */
interface PricedOperation {
  readonly name: string;
  readonly source: string;
}

/** What the operations ask for: values that the store has. */
interface Places {
  readonly arxivId: string;
  readonly prolific: string;
  /** 100 papers. */
  readonly hundred: readonly string[];
}

const COMMON = 'filter: {search: "learning"}';
const FACETS = `facets { categories { value count } authors { value count } sources { count }
  languages { count } withCode timeline(interval: MONTH) { count } }`;
const SHORT = 'arxivId title firstDigestDate version absUrl pdfUrl codeUrl codeStars updatedAt';

const times = (count: number, field: string): string =>
  Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ');

/** The operations for a store: fields by themselves, then what combines them. */
export async function pricedOperations(pool: pg.Pool): Promise<PricedOperation[]> {
  const places = await findPlaces(pool);
  const all = { ...lists(places), ...searches(), ...costly(places), ...nested() };
  return Object.entries(all).map(([name, source]) => ({ name, source }));
}

async function findPlaces(pool: pg.Pool): Promise<Places> {
  const { rows } = await pool.query<Places>(`
    select (select arxiv_id from paper order by arxiv_order limit 1 offset 1000) as "arxivId",
      (select name from author order by paper_count desc, name limit 1) as prolific,
      array(select arxiv_id from paper order by arxiv_order limit 100) as hundred`);
  const [places] = rows;
  if (places === undefined) throw new Error('expected a store with papers, got an empty one');
  return places;
}

function lists({ arxivId }: Places): Record<string, string> {
  const hundred = (fields: string): string => `{ papers(first: 100) { nodes { ${fields} } } }`;
  return {
    'nothing: `{ __typename }`': '{ __typename }',
    'one paper': `{ paper(by: {arxivId: "${arxivId}"}) { title } }`,
    '1 paper of the list': '{ papers(first: 1) { nodes { title } } }',
    '20 papers': '{ papers(first: 20) { nodes { title } } }',
    '100 papers': hundred('title'),
    '100 papers, 9 short fields': hundred(SHORT),
    '100 papers, 90 short fields': hundred(times(90, 'title')),
    '100 papers with edges and cursors':
      '{ papers(first: 100) { edges { cursor node { title } } pageInfo { endCursor } } }',
    '100 papers counted': '{ papers(first: 100) { totalCount nodes { title } } }',
    '100 abstracts': hundred('abstract'),
    '100 abstracts, 20 times': hundred(times(20, 'abstract')),
    '100 papers, categories': hundred('categories { code }'),
    '100 papers, authors': hundred('authors { nodes { name } }'),
    '100 papers, first author': hundred('authors(first: 1) { nodes { name } }'),
    '100 papers, summary': hundred('summary { tldr }'),
    '100 papers, summary with all texts': hundred('summary { tldr motivation method result conclusion }'),
    '100 papers, summaries': hundred('summaries { nodes { tldr language } }'),
    '100 papers, entries': hundred('entries { nodes { position } }'),
    '100 papers, digests': hundred('digests { nodes { date } }'),
    '100 authors': '{ authors(first: 100) { nodes { name paperCount } } }',
    '100 authors, their categories':
      '{ authors(first: 100) { nodes { categories { paperCount category { code } } } } }',
    '100 authors by search': '{ authors(first: 100, filter: {search: "learning"}) { nodes { name } } }',
    '100 authors of a category':
      '{ authors(first: 100, filter: {categories: ["cs.LG"]}) { nodes { name } } }',
    '20 digests, their categories': '{ digests { nodes { date categories { entryCount } } } }',
    '20 digests, 20 entries of each': '{ digests { nodes { entries { nodes { position } } } } }',
    '20 ingest runs, their problems': '{ ingestRuns { nodes { status problems { nodes { message } } } } }',
    '100 events of the feed':
      '{ feed(first: 100, start: OLDEST) { cursor events { cursor paper { title } } } }',
    '100 events of a search': `{ feed(first: 100, start: OLDEST, ${COMMON}) { cursor events { cursor } } }`,
  };
}

function searches(): Record<string, string> {
  const page = (args: string, fields = 'nodes { title }'): string => `{ papers(${args}) { ${fields} } }`;
  return {
    'search: a common word': page(COMMON),
    'search: a common word, counted': page(COMMON, 'totalCount nodes { title }'),
    'search: a common word, newest': page(`orderBy: NEWEST, ${COMMON}`),
    'search: a common word, newest, counted': page(
      `first: 0, orderBy: NEWEST, ${COMMON}`,
      'totalCount nodes { title }',
    ),
    'search: a common word, in title order': page(`orderBy: TITLE, ${COMMON}`),
    'search: two words': page('filter: {search: "quantum segmentation"}'),
    'search: a rare word': page('filter: {search: "titiferfer"}'),
    'search: a phrase of common words': page('filter: {search: "\\"deep learning\\""}'),
    'search: any of four common words': page('filter: {search: "learning OR data OR model OR network"}'),
    'search: a prefix': page('filter: {search: "lear*"}'),
    'search: without a word': page('filter: {not: {search: "learning"}}'),
    'filter: two categories with code, counted': page(
      'first: 0, filter: {categories: ["cs.CV", "cs.RO"], hasCode: true}',
      'totalCount',
    ),
    'highlights of 20 papers': page(COMMON, 'edges { highlights { field text ranges { start } } }'),
    'highlights of 100 papers': page(
      `first: 100, ${COMMON}`,
      'edges { highlights { field text ranges { start } } }',
    ),
    'search within 20 authors': `{ authors(first: 20) { nodes { papers(first: 5, ${COMMON}) { nodes { title } } } } }`,
    'search within 100 authors': `{ authors(first: 100) { nodes { papers(first: 5, ${COMMON}) { nodes { title } } } } }`,
  };
}

function costly({ arxivId, prolific, hundred }: Places): Record<string, string> {
  const ids = JSON.stringify(hundred.map((each) => nodeId('Paper', each)));
  const author = (fields: string): string =>
    `{ author(by: {name: ${JSON.stringify(prolific)}}) { ${fields} } }`;
  const paper = (fields: string): string => `{ paper(by: {arxivId: "${arxivId}"}) { ${fields} } }`;
  return {
    'facets of all papers': `{ papers(first: 0) { ${FACETS} } }`,
    'facets of all papers, timeline by day': '{ papers(first: 0) { facets { timeline { start count } } } }',
    'facets of the largest category': `{ category(by: {code: "cs.LG"}) { papers(first: 0) { ${FACETS} } } }`,
    'facets of papers with code': `{ papers(first: 0, filter: {hasCode: true}) { ${FACETS} } }`,
    'facets of a common word': `{ papers(first: 0, ${COMMON}) { ${FACETS} } }`,
    ...Object.fromEntries(
      ['authors', 'categories', 'sources', 'languages', 'withCode', 'timeline'].map((facet) => [
        `a common word, \`${facet}\``,
        `{ papers(first: 0, ${COMMON}) { facets { ${facet}${facet === 'withCode' ? '' : ' { count }'} } } }`,
      ]),
    ),
    'facets of 20 authors': `{ authors(first: 20) { nodes { papers(first: 0) { ${FACETS} } } } }`,
    'coauthors of the author of most papers': author('coauthors { nodes { name } }'),
    'coauthors of 20 authors': '{ authors(first: 20) { nodes { coauthors { nodes { name } } } } }',
    'coauthors of 100 authors, one each':
      '{ authors(first: 100) { nodes { coauthors(first: 1) { nodes { name } } } } }',
    'papers related to one': paper('related { score paper { title } }'),
    'papers related to 20': '{ papers { nodes { related { score paper { title } } } } }',
    'suggest: one letter': '{ suggest(prefix: "l") { text } }',
    'suggest: words of a title': '{ suggest(prefix: "quantum segm", kinds: [PAPER]) { text } }',
    'suggest: a misspelt name': '{ suggest(prefix: "langauge", kinds: [AUTHOR]) { text } }',
    'a digest as Markdown': '{ digests(first: 1) { nodes { markdown } } }',
    'a digest as Markdown, 20 times': `{ digests(first: 1) { nodes { ${times(20, 'markdown')} } } }`,
    '10 digests as Markdown': '{ digests(first: 10) { nodes { markdown } } }',
    '100 papers by id': `{ nodes(ids: ${ids}) { id ... on Paper { title } } }`,
    'all types': '{ __schema { types { name fields { name type { name } args { name } } } } }',
    'all descriptions':
      '{ __schema { types { name description fields { name description args { name description } } } } }',
    'all types, 10 times': `{ ${times(10, '__schema { types { name fields { name } } }')} }`,
    'introspection of GraphiQL': getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true }),
    'one type': '{ __type(name: "Paper") { fields { name description } } }',
  };
}

function nested(): Record<string, string> {
  const level = (field: string, first: number, inner: string): string =>
    `${field}(first: ${first}) { nodes { ${inner} } }`;
  return {
    'papers, authors, papers: 20, 20, 5': `{ ${level('papers', 20, `title authors { nodes { name ${level('papers', 5, 'title categories { code }')} } }`)} }`,
    'papers, authors, papers: 20, 10, 5': `{ ${level('papers', 20, level('authors', 10, level('papers', 5, 'title')))} }`,
    'papers, authors, papers: 100, 10, 10': `{ ${level('papers', 100, level('authors', 10, level('papers', 10, 'title')))} }`,
    'papers, authors, papers, authors: 20, 10, 10, 10': `{ ${level('papers', 20, level('authors', 10, level('papers', 10, level('authors', 10, 'name'))))} }`,
    'papers of 20 authors, abstracts': `{ ${level('authors', 20, level('papers', 100, 'abstract'))} }`,
    'papers of 100 authors': `{ ${level('authors', 100, level('papers', 100, 'title'))} }`,
  };
}
