import { countKind } from '../../database/model.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { andThen } from '../cache/maybe.ts';
import { PAPERS, WALKED_PAPERS } from '../filters/filter-subject.ts';
import { InputError } from '../../errors/input-error.ts';
import type { Order } from '../paging/keyset.ts';
import type { List, Ranges } from '../paging/list-sql.ts';
import type { ListField, ListTools } from './list-field.ts';
import { every } from '../filters/conditions.ts';
import {
  isSearching,
  paperFilter,
  searchesOf,
  type FilterSql,
  type PaperFilter,
} from '../filters/paper-filter.ts';
import { paperPath, type PaperPath } from './paper-path.ts';
import { paperColumns, type PaperRow, type ScoredPaperRow } from './rows.ts';

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
  all: true,
  from: sql`paper p`,
  paperId: sql`p.id`,
  sortTable: sql.raw('p'),
  total: sql`(select coalesce(sum(n.papers), 0)::int from paper_count n
    where n.kind = ${countKind('PAPER')})`,
});

/** The tables in which the papers of a category or an author are a range in order. */
const RANGES = {
  authorship: {
    from: sql`authorship a`,
    joined: sql` join paper p on p.id = a.paper_id`,
    paperId: sql`a.paper_id`,
    sortTable: sql.raw('a'),
    parent: sql`a.author_id`,
  },
  paper_category: {
    from: sql`paper_category k`,
    joined: sql` join paper p on p.id = k.paper_id`,
    paperId: sql`k.paper_id`,
    sortTable: sql.raw('k'),
    parent: sql`k.category_id`,
  },
};

/** `Author.papers`. A paper that prints the name twice appears once. */
export const papersOfAuthor: PaperField = paperField('Author.papers', {
  ...RANGES.authorship,
  where: sql`${RANGES.authorship.parent} = parent.id`,
  repeats: true,
  total: sql`(select u.paper_count from author u where u.id = parent.id)`,
});

/** `Category.papers` */
export const papersOfCategory: PaperField = paperField('Category.papers', {
  ...RANGES.paper_category,
  where: sql`${RANGES.paper_category.parent} = parent.id`,
  total: sql`(select c.paper_count from category c where c.id = parent.id)`,
});

interface PaperList extends PaperTable, Pick<List, 'repeats'> {
  /** Whether it has all papers of the store. */
  readonly all?: boolean;
  readonly where?: Sql;
  /** Total of the unfiltered list, from a counter. */
  readonly total: Sql;
}

/** A table that has the ids of papers, and their sort keys. */
interface PaperTable extends Pick<List, 'from'> {
  /** Joins the papers to `from`, if it has only their ids. */
  readonly joined?: Sql;
  readonly paperId: Sql;
  /** Alias of the table to take the sort columns from. */
  readonly sortTable: Sql;
}

/**
 * Nested lists, and those that sort many papers, read ids and sort keys, of an index alone if possible, then
 * each paper that is not known by its id.
 */
function paperField(name: string, list: PaperList): PaperField {
  const { where, total } = list;
  return {
    name,
    cursorScope: ({ filter }) => searchesOf(filter),
    list: async ({ filter, orderBy }, tools) => {
      const ordered = { filter: filter ?? {}, orderBy: orderBy ?? defaultOrder(filter) };
      const compiled = await paperFilter(filter, PAPERS, tools.compileSearch);
      const { condition, searching, highlightTerms } = compiled;
      const findsPath = list.all === true && condition !== undefined && !searching;
      const path: ListPath = findsPath ? await pathOf(ordered, tools) : {};
      // Few papers of a list of all are known already: one statement reads ids and papers.
      const readsRows = list.all === true && !searching && path.ranges === undefined;
      const rowOf: List['rowOf'] = ({ id, score }) =>
        andThen(tools.paperById(id), (paper) => withScore(paper, score));
      return {
        ...clausesOf(list, compiled, ordered.orderBy),
        ...(readsRows ? { columns: paperColumns } : { rowOf }),
        where: allOf(where, path.set ?? condition),
        pageWhere: path.walked,
        ranges: path.ranges,
        repeats: list.repeats ?? false,
        filtered: condition !== undefined,
        highlightTerms,
        ...(condition === undefined && { total }),
        ...(path.total !== undefined && { total: sql`${path.total}::int` }),
      };
    },
  };
}

function clausesOf(
  list: PaperTable,
  { condition, score, searching }: FilterSql,
  orderBy: PaperOrder,
): Pick<List, 'columns' | 'from' | 'fromRows' | 'order'> {
  const { from, joined = sql.empty, paperId, sortTable } = list;
  const searched = searching ? sql`${SEARCHED}${score ? scoredBy(score) : sql.empty}` : sql.empty;
  const needsRows = condition !== undefined || SORTED_BY_PAPER.has(orderBy);
  return {
    columns: sql`${paperId} as id${score ? sql`, ${SCORE} as score` : sql.empty}`,
    from: sql`${from}${needsRows ? joined : sql.empty}${searched}`,
    fromRows: sql`${from}${joined}${searched}`,
    order: orderOf(orderBy, { sortTable, scored: score !== undefined }),
  };
}

/** A filter and an order, as `PaperArgs` has them. */
interface Ordered {
  readonly filter: PaperFilter;
  readonly orderBy: PaperOrder;
}

/** A path as parts of a list. */
interface ListPath extends Pick<PaperPath, 'total'> {
  /** SQL: the filter, as papers of a set that meet the rest of its conditions. */
  readonly set?: Sql | undefined;
  /** SQL: the filter, as a condition for a walk in the order of the list. */
  readonly walked?: Sql | undefined;
  readonly ranges?: Ranges | undefined;
}

/** How the papers of a filter are found among all papers. */
async function pathOf({ filter, orderBy }: Ordered, { counts, compileSearch }: ListTools): Promise<ListPath> {
  // The papers of digests are met late in OLDEST; MOST_STARS has no index to walk.
  const order = { byDay: !SORTED_BY_PAPER.has(orderBy), even: orderBy === 'NEWEST' || orderBy === 'TITLE' };
  const { set, ranges, bound, walks = false, total } = await paperPath(filter, order, counts);
  const restOf = async (rest: PaperFilter, subject = PAPERS) =>
    (await paperFilter(rest, subject, compileSearch)).condition;
  return {
    total,
    walked: walks && ranges === undefined ? allOf(await restOf(filter, WALKED_PAPERS), bound) : undefined,
    set: set && allOf(set.condition, await restOf(set.rest)),
    ranges: ranges && rangesOf(ranges, await restOf(ranges.rest), orderBy),
  };
}

function rangesOf(
  { table, ids }: NonNullable<PaperPath['ranges']>,
  condition: Sql | undefined,
  orderBy: PaperOrder,
): Ranges {
  const { parent, ...list } = RANGES[table];
  const compiled = { condition, score: undefined, searching: false, highlightTerms: [] };
  return {
    ...clausesOf(list, compiled, orderBy),
    where: allOf(sql`${parent} = range.id`, condition),
    repeats: table === 'authorship',
    ids: sql`unnest(${ids}::int[]) as range(id)`,
  };
}

/** SQL: all of the conditions that are given. */
function allOf(...conditions: readonly (Sql | undefined)[]): Sql {
  return every(conditions.filter((each) => each !== undefined)) ?? sql`true`;
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
