import { sql, type Sql } from '../../database/sql.ts';
import { direction, orderTerms, rangesAfter, reversed, type KeyValue, type Order } from './keyset.ts';
import type { HighlightTerms } from '../../search/highlight.ts';
import type { PageSize } from './page-args.ts';

/** A list in SQL. */
export interface List {
  /** What follows `select`. */
  readonly columns: Sql;
  /** What follows `from`; may refer to `parent.id`. */
  readonly from: Sql;
  /** What follows `where`; may refer to `parent.id`. */
  readonly where: Sql;
  readonly order: Order;
  /** `from` may give a row more than once: rows of the same place in the order are one. */
  readonly repeats?: boolean;
  /** One number, for each parent; else the rows are counted. */
  readonly total?: Sql;
  /** The text depends on a caller's filter. */
  readonly filtered: boolean;
  /** What the filter's searches want to see in the texts of a row. */
  readonly highlightTerms?: readonly HighlightTerms[];
}

/** Which rows of a list are asked for. */
export interface Window extends PageSize {
  readonly after: readonly KeyValue[] | undefined;
  readonly before: readonly KeyValue[] | undefined;
}

/** Which parts of a connection are asked for. */
export interface Wants {
  readonly page: boolean;
  readonly total: boolean;
}

/**
 * SQL: for each parent at most one row more than a page of its list, in order (from the end where paging backward), with
 * its place as key0, key1, …, and the total if wanted. A parent whose total is wanted has a row in any case, with null
 * keys where its page is empty. Nothing is read that is not wanted.
 */
export function listSql(
  list: List,
  parents: readonly (number | string)[],
  { window, wants }: { window: Window; wants: Wants },
): Sql {
  const total = wants.total ? totalSql(list) : sql`null::int`;
  const parent = sql`select id, ${total} as total from ${parentsSql(parents)}`;
  if (!wants.page) return sql`select parent.id as parent, parent.total from (${parent}) parent`;
  const order = window.backward ? reversed(list.order) : list.order;
  // Materialized, so that the total is worked out once for each parent and not for each of its rows.
  return sql`
    with parent as materialized (${parent})
    select parent.id as parent, parent.total, page.*
    from parent ${wants.total ? sql`left` : sql.empty} join lateral (${pageSql(list, order, window)}) page on true
    order by ${placeTerms(order)}`;
}

/** SQL: the parents' ids, as `parent(id)`. */
export function parentsSql(parents: readonly (number | string)[]): Sql {
  const type = sql.raw(typeof parents[0] === 'string' ? 'uuid' : 'int');
  return sql`unnest(${parents}::${type}[]) as parent(id)`;
}

function totalSql({ total, repeats, order, from, where }: List): Sql {
  if (total !== undefined) return total;
  const key = order.at(-1)?.expression ?? sql.empty;
  const counted = repeats === true ? sql`distinct ${key}` : sql`*`;
  return sql`(select count(${counted})::int from ${from} where ${where})`;
}

function pageSql(list: List, order: Order, window: Window): Sql {
  const { limit, backward, after, before } = window;
  const [start, end] = backward ? [before, after] : [after, before];
  const bounded = end === undefined ? list.where : sql`${list.where} and (${endsBefore(order, end)})`;
  const ranges = start === undefined ? [undefined] : rangesAfter(order, start);
  const pages = ranges.map((range) => {
    const where = range === undefined ? bounded : sql`${bounded} and ${range}`;
    return rangeSql(list, order, { where, limit: limit + 1 });
  });
  const [only, ...more] = pages;
  if (only !== undefined && more.length === 0) return only;
  const parts = sql.join(
    pages.map((page) => sql`(${page})`),
    ' union all ',
  );
  return sql`select * from (${parts}) ranges order by ${placeTerms(order)} limit ${limit + 1}`;
}

function endsBefore(order: Order, end: readonly KeyValue[]): Sql {
  return sql.join(rangesAfter(reversed(order), end), ' or ');
}

function rangeSql(
  { columns, from, repeats }: List,
  order: Order,
  { where, limit }: { where: Sql; limit: number },
): Sql {
  const keys = sql.join(order.map(({ expression }) => expression));
  const distinct = repeats === true ? sql`distinct on (${keys})` : sql.empty;
  const places = sql.join(order.map(({ expression }, index) => sql`${expression} as ${place(index)}`));
  return sql`select ${distinct} ${columns}, ${places} from ${from} where ${where}
    order by ${orderTerms(order)} limit ${limit}`;
}

function placeTerms(order: Order): Sql {
  return sql.join(order.map(({ descending }, index) => sql`${place(index)} ${direction(descending)}`));
}

function place(index: number): Sql {
  return sql.raw(`key${index}`);
}
