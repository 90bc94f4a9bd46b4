import { sql, type Sql } from '../../database/sql.ts';
import { direction, orderTerms, rangesAfter, reversed, type KeyValue, type Order } from './keyset.ts';
import type { Maybe } from '../cache/maybe.ts';
import type { HighlightTerm } from '../../search/find-highlights.ts';
import type { ParentId } from './by-parent.ts';
import type { PageSize } from './page-args.ts';

/** A list, as the clauses of its SELECT. `from` and `where` may refer to `parent.id`. */
export interface List {
  /** Columns of the field's row type; with `rowOf`, the row's id and what it lacks. */
  readonly columns: Sql;
  readonly from: Sql;
  /** The tables in `from`, joined with the one that has the rows. If absent, `from` has it. */
  readonly fromRows?: Sql;
  readonly where: Sql;
  /** The same rows as `where`, as a condition by which a page is found sooner than all rows. */
  readonly pageWhere?: Sql | undefined;
  readonly order: Order;
  /** Whether `from` may return a row more than once; rows with equal sort keys are then one. */
  readonly repeats?: boolean;
  /** A subquery for the total of a parent's list; if absent, its rows are counted. */
  readonly total?: Sql;
  /** Whether the SQL text depends on a caller's filter; if so, it is never prepared by name. */
  readonly filtered: boolean;
  /** Terms that the filter's searches look for in the texts of a row. */
  readonly highlightTerms?: readonly HighlightTerm[];
  /** Pages of the list are read of these ranges. */
  readonly ranges?: Ranges | undefined;
  /** Reads the row that belongs to the columns; null if it was removed in between. */
  readonly rowOf?: (columns: ListedId) => Maybe<object | null>;
}

/**
 * Ranges of another table that together contain all rows of a list, in its order. A row may be in several of
 * them.
 */
export interface Ranges extends Pick<List, 'columns' | 'from' | 'where' | 'order' | 'repeats'> {
  /** The ids of the ranges, as the table `range(id)`. */
  readonly ids: Sql;
}

/** The columns of a list that reads the ids of its rows first. */
export interface ListedId {
  readonly id: number;
  /** Relevance, if the list is searched. */
  readonly score?: number;
}

/** The rows of a list that a page requests: their number, and the sort keys in its cursors. */
export interface Window extends PageSize {
  readonly after: readonly KeyValue[] | undefined;
  readonly before: readonly KeyValue[] | undefined;
}

/** The parts of a connection that a query selects. */
export interface Wants {
  readonly page: boolean;
  readonly total: boolean;
}

/**
 * SQL: a page for each parent, with the sort keys of each row as key0, key1, … Reads one row more than the
 * page has, which shows whether the list goes on. When paging backward, rows come from the end. If the total
 * is wanted, each parent has at least one row, whose keys are null if its page is empty.
 */
export function listSql(
  list: List,
  parents: readonly ParentId[],
  { window, wants }: { readonly window: Window; readonly wants: Wants },
): Sql {
  const total = wants.total ? totalSql(list) : sql`null::int`;
  const parent = sql`select id, ${total} as total from ${parentTable(parents)}`;
  if (!wants.page) return sql`select parent.id as parent, parent.total from (${parent}) parent`;
  const order = window.backward ? reversed(list.order) : list.order;
  // Materialized: the total is then computed once for each parent, not for each of its rows.
  return sql`
    with parent as materialized (${parent})
    select parent.id as parent, parent.total, page.*
    from parent ${wants.total ? sql`left` : sql.empty} join
      lateral (${list.ranges ? mergedSql(list, list.ranges, window) : pageSql(list, order, window)}) page on true
    order by ${keyTerms(order)}`;
}

/** SQL: as `parentsSql`. For one id, Postgres plans a list alike whatever the id, and can keep the plan. */
function parentTable(parents: readonly ParentId[]): Sql {
  const [only] = parents;
  if (parents.length > 1 || typeof only !== 'number') return parentsSql(parents);
  return sql`(select ${only}::int) as parent(id)`;
}

/** SQL: the ids of parents, as the table `parent(id)`. */
export function parentsSql(parents: readonly ParentId[]): Sql {
  const type = sql.raw(typeof parents[0] === 'string' ? 'uuid' : 'int');
  return sql`unnest(${parents}::${type}[]) as parent(id)`;
}

/**
 * Without repeats, the rows are counted; with repeats, their last sort key, which is unique within the list.
 */
function totalSql({ total, repeats, order, from, where }: List): Sql {
  if (total !== undefined) return total;
  const key = order.at(-1)?.expression ?? sql.empty;
  const counted = repeats === true ? sql`distinct ${key}` : sql`*`;
  return sql`(select count(${counted})::int from ${from} where ${where})`;
}

/** SQL: a page of each range, merged. */
function mergedSql(list: List, ranges: Ranges, window: Window): Sql {
  const order = window.backward ? reversed(ranges.order) : ranges.order;
  const keys = sql.join(order.map((_key, index) => keyName(index)));
  return sql`select distinct on (${keys}) part.* from ${ranges.ids}
    cross join lateral (${pageSql({ ...list, ...ranges }, order, window)}) part
    order by ${keyTerms(order)} limit ${limitSql(window.limit)}`;
}

/**
 * SQL: a page of one parent's list. Each range is limited by itself before the ranges are merged, so that
 * each is one bounded scan of an index.
 */
function pageSql(list: List, order: Order, window: Window): Sql {
  const { limit, backward, after, before } = window;
  const [start, end] = backward ? [before, after] : [after, before];
  const wanted = list.pageWhere ?? list.where;
  const bounded = end === undefined ? wanted : sql`${wanted} and (${endsBefore(order, end)})`;
  const ranges = start === undefined ? [undefined] : rangesAfter(order, start);
  const pages = ranges.map((range) => {
    const where = range === undefined ? bounded : sql`${bounded} and ${range}`;
    return rangeSql(list, order, { where, limit: limitSql(limit) });
  });
  const [only, ...more] = pages;
  if (only !== undefined && more.length === 0) return only;
  const parts = sql.join(
    pages.map((page) => sql`(${page})`),
    ' union all ',
  );
  return sql`select * from (${parts}) ranges order by ${keyTerms(order)} limit ${limitSql(limit)}`;
}

/** Common sizes of pages. */
const COMMON_SIZES: ReadonlySet<number> = new Set([1, 2, 3, 5, 10, 15, 20, 25, 30, 50, 100]);

/**
 * SQL: one row more than a page has. A common size is part of the text: Postgres plans a prepared statement
 * again for each execution if its limit is a parameter, which takes longer than reading the page.
 */
function limitSql(size: number): Sql {
  return COMMON_SIZES.has(size) ? sql.raw(String(size + 1)) : sql`${size + 1}`;
}

function endsBefore(order: Order, end: readonly KeyValue[]): Sql {
  return sql.join(rangesAfter(reversed(order), end), ' or ');
}

function rangeSql(
  { columns, from, repeats }: List,
  order: Order,
  { where, limit }: { where: Sql; limit: Sql },
): Sql {
  const keys = sql.join(order.map(({ expression }) => expression));
  const distinct = repeats === true ? sql`distinct on (${keys})` : sql.empty;
  const named = sql.join(order.map(({ expression }, index) => sql`${expression} as ${keyName(index)}`));
  return sql`select ${distinct} ${columns}, ${named} from ${from} where ${where}
    order by ${orderTerms(order)} limit ${limit}`;
}

function keyTerms(order: Order): Sql {
  return sql.join(order.map(({ descending }, index) => sql`${keyName(index)} ${direction(descending)}`));
}

function keyName(index: number): Sql {
  return sql.raw(`key${index}`);
}
