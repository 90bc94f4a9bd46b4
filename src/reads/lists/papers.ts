import { countKind } from '../../database/model.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { andThen } from '../cache/maybe.ts';
import { PAPERS } from '../filters/filter-subject.ts';
import { InputError } from '../../errors/input-error.ts';
import type { Order } from '../paging/keyset.ts';
import type { List } from '../paging/list-sql.ts';
import type { ListField } from './list-field.ts';
import { isSearching, paperFilter, searchesOf, type PaperFilter } from '../filters/paper-filter.ts';
import type { PaperRow, ScoredPaperRow } from './rows.ts';

/** Orders of lists of papers. Ties are sorted by arXiv id, newest first. */
export type PaperOrder = 'NEWEST' | 'OLDEST' | 'RELEVANCE' | 'TITLE' | 'MOST_STARS';

/** Arguments of lists of papers. */
export interface PaperArgs {
  readonly filter?: PaperFilter | null | undefined;
  /** Defaults to RELEVANCE if the filter searches, else to NEWEST. */
  readonly orderBy?: PaperOrder | null | undefined;
}

/** A field that returns a list of papers. */
export type PaperField = ListField<PaperArgs, ScoredPaperRow>;

/** `Query.papers` */
export const papers: PaperField = paperField('Query.papers', {
  from: sql`paper p`,
  paperId: sql`p.id`,
  sortTable: sql.raw('p'),
  total: sql`(select coalesce(sum(n.papers), 0)::int from paper_count n
    where n.kind = ${countKind('PAPER')})`,
});

/** `Author.papers`. A paper that prints the name twice appears once. */
export const papersOfAuthor: PaperField = paperField('Author.papers', {
  from: sql`authorship a`,
  joined: sql` join paper p on p.id = a.paper_id`,
  paperId: sql`a.paper_id`,
  where: sql`a.author_id = parent.id`,
  sortTable: sql.raw('a'),
  repeats: true,
  total: sql`(select u.paper_count from author u where u.id = parent.id)`,
});

/** `Category.papers` */
export const papersOfCategory: PaperField = paperField('Category.papers', {
  from: sql`paper_category k`,
  joined: sql` join paper p on p.id = k.paper_id`,
  paperId: sql`k.paper_id`,
  where: sql`k.category_id = parent.id`,
  sortTable: sql.raw('k'),
  total: sql`(select c.paper_count from category c where c.id = parent.id)`,
});

interface PaperList extends Pick<List, 'from' | 'repeats'> {
  /** Joins the papers to `from`, if it has only their ids. */
  readonly joined?: Sql;
  readonly paperId: Sql;
  readonly where?: Sql;
  /** Alias of the table to take the sort columns from. */
  readonly sortTable: Sql;
  /** Total of the unfiltered list, from a counter. */
  readonly total: Sql;
}

/** A list reads ids and sort keys, of an index alone if possible, then each paper that is not known by its id. */
function paperField(name: string, list: PaperList): PaperField {
  const { joined = sql.empty, where, sortTable, total, repeats = false } = list;
  return {
    name,
    cursorScope: ({ filter }) => searchesOf(filter),
    list: async ({ filter, orderBy: asked }, { compileSearch, paperById }) => {
      const compiled = await paperFilter(filter, PAPERS, compileSearch);
      const { condition, score, searching, highlightTerms } = compiled;
      const conditions = [where, condition].filter((each) => each !== undefined);
      const orderBy = asked ?? defaultOrder(filter);
      const fromRows = sql`${list.from}${joined}`;
      const needsRows = condition !== undefined || SORTED_BY_PAPER.has(orderBy);
      const searched = searching ? sql`${SEARCHED}${score ? scoredBy(score) : sql.empty}` : sql.empty;
      return {
        columns: sql`${list.paperId} as id${score ? sql`, ${SCORE} as score` : sql.empty}`,
        from: sql`${needsRows ? fromRows : list.from}${searched}`,
        fromRows: sql`${fromRows}${searched}`,
        where: conditions.length === 0 ? sql`true` : sql.join(conditions, ' and '),
        order: orderOf(orderBy, { sortTable, scored: score !== undefined }),
        repeats,
        filtered: condition !== undefined,
        highlightTerms,
        rowOf: ({ id, score: relevance }) => andThen(paperById(id), (paper) => withScore(paper, relevance)),
        ...(condition === undefined && { total }),
      };
    },
  };
}

/** Orders whose sort keys only the table of papers has. */
const SORTED_BY_PAPER: ReadonlySet<PaperOrder> = new Set(['TITLE', 'MOST_STARS']);

function withScore(paper: PaperRow | null, score: number | undefined): ScoredPaperRow | null {
  return paper === null || score === undefined ? paper : { ...paper, score };
}

const SEARCHED = sql` join paper_search t on t.paper_id = p.id`;
const SCORE = sql`r.score`;

/**
 * SQL: the score as a column. The list uses it several times; so its expression and parameters appear once.
 */
function scoredBy(score: Sql): Sql {
  return sql` cross join lateral (select ${score} as score) r`;
}

/** The default order of a list of papers. */
export function defaultOrder(filter: PaperFilter | null | undefined): PaperOrder {
  return isSearching(filter) ? 'RELEVANCE' : 'NEWEST';
}

function orderOf(orderBy: PaperOrder, { sortTable, scored }: { sortTable: Sql; scored: boolean }): Order {
  if (orderBy !== 'RELEVANCE') return [...ORDERS[orderBy](sortTable), newestInArxiv(sortTable)];
  if (!scored)
    throw new InputError(['orderBy'], 'orderBy: RELEVANCE needs a search in the filter, outside not');
  return [{ expression: SCORE, type: 'real', descending: true }, newestInArxiv(sortTable)];
}

// `authorship` and `paper_category` repeat first_digest_date and arxiv_order, so that a nested list by day is
// one range of their index.
const ORDERS: Record<Exclude<PaperOrder, 'RELEVANCE'>, (table: Sql) => Order> = {
  NEWEST: (table) => [{ expression: sql`${table}.first_digest_date`, type: 'date', descending: true }],
  OLDEST: (table) => [{ expression: sql`${table}.first_digest_date`, type: 'date', descending: false }],
  TITLE: () => [{ expression: sql`p.title_folded`, type: 'text', descending: false }],
  // Papers without code come last, after papers whose code has no stars.
  MOST_STARS: () => [{ expression: sql`coalesce(p.code_stars, -1)`, type: 'int', descending: true }],
};

function newestInArxiv(table: Sql): Order[number] {
  return { expression: sql`${table}.arxiv_order`, type: 'text', descending: true };
}
