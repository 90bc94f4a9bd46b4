import { countKind } from '../../database/model.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { PAPERS } from '../filters/filter-subject.ts';
import { InputError } from '../../errors/input-error.ts';
import type { Order } from '../paging/keyset.ts';
import type { List } from '../paging/list-sql.ts';
import type { ListField } from './list-field.ts';
import { isSearching, paperFilter, searchesOf, type PaperFilter } from '../filters/paper-filter.ts';
import { paperColumns, type ScoredPaperRow } from './rows.ts';

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
  sortTable: sql.raw('p'),
  total: sql`(select coalesce(sum(n.papers), 0)::int from paper_count n
    where n.kind = ${countKind('PAPER')})`,
});

/** `Author.papers`. A paper that prints the name twice appears once. */
export const papersOfAuthor: PaperField = paperField('Author.papers', {
  from: sql`authorship a join paper p on p.id = a.paper_id`,
  where: sql`a.author_id = parent.id`,
  sortTable: sql.raw('a'),
  repeats: true,
  total: sql`(select u.paper_count from author u where u.id = parent.id)`,
});

/** `Category.papers` */
export const papersOfCategory: PaperField = paperField('Category.papers', {
  from: sql`paper_category k join paper p on p.id = k.paper_id`,
  where: sql`k.category_id = parent.id`,
  sortTable: sql.raw('k'),
  total: sql`(select c.paper_count from category c where c.id = parent.id)`,
});

interface PaperList extends Pick<List, 'from' | 'repeats'> {
  readonly where?: Sql;
  /** Alias of the table to take the sort columns from. */
  readonly sortTable: Sql;
  /** Total of the unfiltered list, from a counter. */
  readonly total: Sql;
}

function paperField(name: string, { from, where, sortTable, total, ...list }: PaperList): PaperField {
  return {
    name,
    cursorScope: ({ filter }) => searchesOf(filter),
    list: async ({ filter, orderBy }, { compileSearch }) => {
      const { condition, score, searching, highlightTerms } = await paperFilter(
        filter,
        PAPERS,
        compileSearch,
      );
      const conditions = [where, condition].filter((each) => each !== undefined);
      return {
        ...list,
        from: sql`${from}${searching ? SEARCHED : sql.empty}${score ? scoredBy(score) : sql.empty}`,
        columns: sql`${paperColumns}, ${score ? SCORE : sql`null::real`} as score`,
        where: conditions.length === 0 ? sql`true` : sql.join(conditions, ' and '),
        order: orderOf(orderBy ?? defaultOrder(filter), { sortTable, scored: score !== undefined }),
        filtered: condition !== undefined,
        highlightTerms,
        ...(condition === undefined && { total }),
      };
    },
  };
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
