// The statements of the peer SQL. Each finds ids by an index first and reads columns of the page alone. Most have Postgres write
// the answer as JSON, the result's only column, which costs less than rows that Node would have to parse and write.
import pg from 'pg';

// Columns of JSON arrive as text.
pg.types.setTypeParser(pg.types.builtins.JSON, String);

/** Arguments of a request; each statement uses some of them. */
export interface Args {
  readonly first: number;
  readonly after: { readonly date: string; readonly order: string };
  readonly afterEntry: number;
  readonly value: unknown;
  readonly author: string;
  readonly source: string;
  readonly date: string;
  readonly language: string | null;
  readonly from: string;
  readonly to: string;
}

/** A prepared statement. */
export interface Statement {
  readonly text: string;
  readonly values: (args: Args) => unknown[];
  /** Makes the answer's data of the columns of the only row; without it, they are its first column. */
  readonly write?: (row: readonly string[]) => string;
}

const PAPER = `json_build_object('arxivId', p.arxiv_id, 'title', p.title, 'firstDigestDate', p.first_digest_date)`;

/** A page of `ids`, which is a select of (id, d, o) in the order of the list. */
const list = (ids: string): string => `
  select json_build_object('papers', json_build_object('nodes', coalesce(
    json_agg(${PAPER} order by page.d desc, page.o desc), '[]')))
  from (${ids}) page(id, d, o) join paper p on p.id = page.id`;

/** A page of all papers that meet a condition. $1 and $2 are the position before it, $3 its size. */
const papersWith = (condition: string): string =>
  list(`select p.id, p.first_digest_date, p.arxiv_order from paper p
    where (p.first_digest_date, p.arxiv_order) < ($1::date, $2) and ${condition}
    order by p.first_digest_date desc, p.arxiv_order desc limit $3`);

/** A page of the papers of an author or a category, by the index of the table that links them. */
const papersOf = (table: string, condition: string): string =>
  list(`select l.paper_id, l.first_digest_date, l.arxiv_order from ${table} l
    where ${condition} and (l.first_digest_date, l.arxiv_order) < ($1::date, $2)
    order by l.first_digest_date desc, l.arxiv_order desc limit $3`);

const page = ({ after: { date, order }, first }: Args): unknown[] => [date, order, first];
const filtered = (text: string): Statement => ({ text, values: (args) => [...page(args), args.value] });

const BY_AUTHOR = list(`select l.paper_id, l.first_digest_date, l.arxiv_order from authorship l
  where l.author_id = (select id from author where name = $1)
  order by l.first_digest_date desc, l.arxiv_order desc limit $2`);

const CODES = (id: string): string => `(select json_agg(json_build_object('code', c.code) order by k.position)
  from paper_category k join category c on c.id = k.category_id where k.paper_id = ${id})`;

/** The statements by the names of the queries. */
export const QUERIES: Readonly<Record<string, Statement>> = {
  flat: { text: papersWith('true'), values: page },
  nested: {
    // Each author and each paper once: 20 papers name an author or show a paper more than once.
    text: `
      with page as materialized (
        select p.id, p.first_digest_date d, p.arxiv_order o from paper p
        where (p.first_digest_date, p.arxiv_order) < ($1::date, $2)
        order by p.first_digest_date desc, p.arxiv_order desc limit $3
      ), name as materialized (
        select page.id, a.position, a.author_id from page cross join lateral (
          select a.position, a.author_id from authorship a where a.paper_id = page.id order by a.position limit 20) a
      ), link as materialized (
        select n.author_id, a.paper_id, a.d, a.o from (select distinct author_id from name) n cross join lateral (
          select a.paper_id, a.first_digest_date d, a.arxiv_order o from authorship a where a.author_id = n.author_id
          order by a.first_digest_date desc, a.arxiv_order desc limit 5) a
      )
      select
        (select json_agg(json_build_array(p.title, n.authors) order by page.d desc, page.o desc)
          from page join paper p on p.id = page.id
            join (select id, json_agg(author_id order by position) as authors from name group by id) n on n.id = page.id),
        (select json_agg(json_build_array(u.id, u.name, l.papers))
          from author u join (select author_id, json_agg(paper_id order by d desc, o desc) as papers
            from link group by author_id) l on l.author_id = u.id),
        (select json_agg(json_build_array(p.id, p.title, ${CODES('p.id')}))
          from (select distinct paper_id as id from link) l join paper p on p.id = l.id)`,
    values: page,
    write: ([papers = '[]', authors = '[]', titles = '[]']) => {
      const written = new Map(
        (JSON.parse(titles) as [number, string, object][]).map(([id, title, categories]) => [
          id,
          JSON.stringify({ title, categories }),
        ]),
      );
      const byAuthor = new Map(
        (JSON.parse(authors) as [number, string, number[]][]).map(([id, name, ids]) => [
          id,
          `{"name":${JSON.stringify(name)},"papers":{"nodes":[${ids.map((each) => written.get(each)).join()}]}}`,
        ]),
      );
      const nodes = (JSON.parse(papers) as [string, number[]][]).map(
        ([title, ids]) =>
          `{"title":${JSON.stringify(title)},"authors":{"nodes":[${ids.map((id) => byAuthor.get(id)).join()}]}}`,
      );
      return `{"papers":{"nodes":[${nodes.join()}]}}`;
    },
  },
  author: {
    text: `
      select json_build_object('author', json_build_object('name', u.name, 'papers', json_build_object('nodes', (
        select json_agg(json_build_object('title', p.title, 'categories', ${CODES('p.id')}) order by l.d desc, l.o desc)
        from (select a.paper_id as id, a.first_digest_date d, a.arxiv_order o from authorship a
          where a.author_id = u.id order by a.first_digest_date desc, a.arxiv_order desc limit $2) l
        join paper p on p.id = l.id))))
      from author u where u.name = $1`,
    values: ({ value, first }) => [value, first],
  },
  category: {
    ...filtered(papersOf('paper_category', 'l.category_id = (select id from category where code = $4)')),
    write: ([text]) => `{"category":${text}}`,
  },
  digest: {
    text: `
      select json_build_object('digest', json_build_object('entries', json_build_object('nodes', (
        select json_agg(json_build_object('position', e.position, 'summary', case when m.entry_id is not null then
          json_build_object('tldr', m.tldr) end, 'paper', json_build_object('arxivId', p.arxiv_id, 'title', p.title))
          order by e.position)
        from (select e.id, e.position, e.paper_id from digest_entry e
          where e.digest_id = d.id and e.current and e.position > $5 order by e.position limit $3) e
        join paper p on p.id = e.paper_id left join summary m on m.entry_id = e.id))))
      from digest d join source s on s.id = d.source_id
      where s.name = $1 and d.date = $2::date and d.language is not distinct from $4`,
    values: ({ source, date, first, language, afterEntry }) => [source, date, first, language, afterEntry],
  },
  count: {
    text: `
      select json_build_object('papers', json_build_object('totalCount', count(distinct k.paper_id)))
      from paper_category k where k.category_id = any(array(select id from category where code = any($1)))
        and k.paper_id in (select e.paper_id from digest_entry e join digest d on d.id = e.digest_id
          where e.current and d.date between $2::date and $3::date)`,
    values: ({ value, from, to }) => [value, from, to],
  },
  arxivIds: {
    text: list('select p.id, p.first_digest_date, p.arxiv_order from paper p where p.arxiv_id = any($1)'),
    values: ({ value }) => [value],
  },
  authors: { text: BY_AUTHOR, values: ({ value, first }) => [value, first] },
  authorIds: { text: BY_AUTHOR, values: ({ author, first }) => [author, first] },
  categories: filtered(
    papersOf('paper_category', 'l.category_id = (select id from category where code = $4)'),
  ),
  rare: filtered(papersOf('paper_category', 'l.category_id = (select id from category where code = $4)')),
  primaryCategories: filtered(
    papersWith('p.primary_category_id = (select id from category where code = $4)'),
  ),
  digestDates: {
    text: papersWith(`p.id in (select e.paper_id from digest_entry e join digest d on d.id = e.digest_id
      where e.current and d.date between $4::date and $5::date)`),
    values: (args) => [...page(args), args.from, args.to],
  },
  hasCode: filtered(papersWith('(p.code_url is not null) = $4')),
  hasSummary: filtered(papersWith('p.has_summary = $4')),
  languages: filtered(papersWith('$4 = any(p.languages)')),
  sources: filtered(papersWith('(select s.id from source s where s.name = $4) = any(p.source_ids)')),
  search: {
    text: list(`select p.id, p.first_digest_date, p.arxiv_order from paper p
      where exists (select 1 from paper_search t where t.paper_id = p.id and t.vector @@ plainto_tsquery('english', $1))
      order by p.first_digest_date desc, p.arxiv_order desc limit $2`),
    values: ({ value, first }) => [value, first],
  },
};
