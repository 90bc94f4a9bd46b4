import type pg from 'pg';
import { answerOf } from '../support/measure-query.ts';

/** A query whose costs are compared between stores of different sizes. */
interface GrowthQuery {
  readonly name: string;
  /** Whether it is a page of a list, a count, an author, a category or a digest, whose costs should not grow. */
  readonly flat: boolean;
  readonly source: string;
}

const PAPERS = '{ nodes { arxivId title firstDigestDate } }';
const PAGE = '{ totalCount edges { score node { arxivId title } } }';
const FACETS =
  'facets { categories { value count } authors { value count } sources { count } languages { count } withCode timeline(interval: MONTH) { count } }';

/** What differs between stores: names and cursors of about the same place in each. */
interface Places {
  readonly day: string;
  /** An author of ten papers, and the one with most papers. */
  readonly author: string;
  readonly prolific: string;
  readonly arxivId: string;
  readonly source: string;
  readonly language: string;
  readonly rare: string;
  /** Cursors in the middle of the list of all papers, and of the largest category. */
  readonly middle: string;
  readonly categoryMiddle: string;
}

/** The queries for a store. */
export async function growthQueries(pool: pg.Pool): Promise<GrowthQuery[]> {
  const places = await findPlaces(pool);
  const flat = Object.entries(flatQueries(places)).map(([name, source]) => ({ name, source, flat: true }));
  const growing = Object.entries(growingQueries(places)).map(([name, source]) => ({
    name,
    source,
    flat: false,
  }));
  return [...flat, ...growing];
}

async function findPlaces(pool: pg.Pool): Promise<Places> {
  const { rows } = await pool.query<Omit<Places, 'middle' | 'categoryMiddle'>>(`
    select p.first_digest_date::text as day, p.arxiv_id as "arxivId", s.name as source, d.language,
      (select name from author where paper_count = 10 order by name limit 1) as author,
      (select name from author order by paper_count desc, name limit 1) as prolific,
      (select code from category where paper_count > 0 order by paper_count, code limit 1) as rare
    from (select * from paper order by first_digest_date desc, arxiv_order desc
      offset (select count(*) / 2 from paper) limit 1) p
    join digest d on d.date = p.first_digest_date join source s on s.id = d.source_id limit 1`);
  const [places] = rows;
  if (places === undefined) throw new Error('expected a store with papers, got an empty one');
  const first = `papers(first: 1, filter: {digestDates: {to: "${places.day}"}}) { edges { cursor } }`;
  return {
    ...places,
    middle: await cursorOf(pool, `{ ${first} }`),
    categoryMiddle: await cursorOf(pool, `{ category(by: {code: "cs.LG"}) { ${first} } }`),
  };
}

async function cursorOf(pool: pg.Pool, source: string): Promise<string> {
  const [, cursor = ''] = /"cursor":"([^"]+)"/.exec(JSON.stringify(await answerOf({ pool }, source))) ?? [];
  return cursor;
}

function flatQueries(places: Places): Record<string, string> {
  const { day, author, prolific, arxivId, source, language, rare, middle, categoryMiddle } = places;
  const papers = (args: string): string => `{ papers(${args}) ${PAPERS} }`;
  const filter = (fields: string): string => papers(`first: 20, filter: {${fields}}`);
  const before = `digestDates: {to: "${day}"}`;
  return {
    '20 newest': papers('first: 20'),
    '20 from the middle': papers(`first: 20, after: "${middle}"`),
    '20 oldest': papers('first: 20, orderBy: OLDEST'),
    '20 by title, from the end': papers('last: 20, orderBy: TITLE'),
    '20 with most stars': papers('first: 20, orderBy: MOST_STARS'),
    'nested: 20 papers, their authors, 5 papers of each, their categories': `{ papers(first: 20) { nodes { title
      authors { nodes { name papers(first: 5) { nodes { title categories { code } } } } } } } }`,
    'count of all papers': '{ papers(first: 0) { totalCount } }',
    'counts of all categories': '{ categories(first: 100) { nodes { code paperCount } } }',
    'an author of 10 papers, their categories': `{ author(by: {name: "${author}"}) { paperCount
      papers { totalCount nodes { title categories { code } } } } }`,
    'the author of most papers, 20 newest': `{ author(by: {name: "${prolific}"}) { papers { totalCount nodes { title } } } }`,
    '20 authors of most papers': '{ authors(first: 20) { nodes { name paperCount } } }',
    'the largest category, 20 newest': `{ category(by: {code: "cs.LG"}) { papers { totalCount nodes { title } } } }`,
    'the largest category, 20 from its middle': `{ category(by: {code: "cs.LG"}) { papers(after: "${categoryMiddle}") ${PAPERS} } }`,
    '20 newest digests': '{ digests(first: 20) { nodes { date entryCount } } }',
    '20 entries of a digest': `{ digest(by: {key: {source: "${source}", date: "${day}", language: "${language}"}}) { entryCount
      entries(first: 20) { nodes { summary { tldr } paper { title } } } } }`,
    'a paper with its summaries': `{ paper(by: {arxivId: "${arxivId}"}) { title summaries { nodes { tldr } } } }`,
    'filter by `categories`': filter('categories: ["cs.CV"]'),
    'filter by a rare category': filter(`categories: ["${rare}"]`),
    'filter by `primaryCategories`': filter('primaryCategories: ["cs.CV"]'),
    'filter by `authors`': filter(`authors: ["${author}"]`),
    'filter by `arxivIds`': filter(`arxivIds: ["${arxivId}"]`),
    'filter by `digestDates`': filter(before),
    'filter by `hasCode`': filter('hasCode: true'),
    'filter by `hasSummary`': filter('hasSummary: false'),
    'filter by `languages`': filter(`languages: ["${language}"]`),
    'filter by `sources`': filter(`sources: ["${source}"]`),
  };
}

function growingQueries({ author, prolific, arxivId }: Places): Record<string, string> {
  const search = (text: string): string => `filter: {search: ${JSON.stringify(text)}}`;
  return {
    'count of two categories with code':
      '{ papers(first: 0, filter: {categories: ["cs.CV", "cs.RO"], hasCode: true}) { totalCount } }',
    "an author's coauthors": `{ author(by: {name: "${author}"}) { coauthors { totalCount nodes { name } } } }`,
    'coauthors of the author of most papers': `{ author(by: {name: "${prolific}"}) { coauthors { nodes { name } } } }`,
    'related papers': `{ paper(by: {arxivId: "${arxivId}"}) { related { score paper { title } } } }`,
    'search: a rare word': `{ papers(${search('titiferfer')}) ${PAGE} }`,
    'search: two words': `{ papers(${search('quantum segmentation')}) ${PAGE} }`,
    'search: a word in half of all papers': `{ papers(${search('learning')}) ${PAGE} }`,
    'search: the same, newest first': `{ papers(orderBy: NEWEST, ${search('learning')}) { nodes { title } } }`,
    'search: a Chinese phrase': `{ papers(${search('"强化学习"')}) ${PAGE} }`,
    'facets: of all papers': `{ papers(first: 0) { ${FACETS} } }`,
    'facets: of the largest category': `{ category(by: {code: "cs.LG"}) { papers(first: 0) { ${FACETS} } } }`,
    'facets: of a rare word': `{ papers(first: 0, ${search('titiferfer')}) { ${FACETS} } }`,
    'facets: of a word in half of all papers': `{ papers(first: 0, ${search('learning')}) { ${FACETS} } }`,
    'suggest: one letter': '{ suggest(prefix: "l") { text } }',
    'suggest: words of a title': '{ suggest(prefix: "quantum segm", kinds: [PAPER]) { text } }',
  };
}
