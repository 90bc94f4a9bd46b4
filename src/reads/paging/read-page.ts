import { carried } from '../../database/asker.ts';
import type { RunStatement } from '../../database/statements.ts';
import { allOf, andThen, type Maybe } from '../cache/maybe.ts';
import type { ReadAll } from '../cache/read-cache.ts';
import type { Store } from '../cache/store.ts';
import type { HighlightTerm } from '../../search/find-highlights.ts';
import { rowsByParent, type ParentId } from './by-parent.ts';
import { cursorScopeOf, decodeCursor, encodeCursor } from './cursor.ts';
import type { KeyValue, Order } from './keyset.ts';
import { listSql, type List, type ListedId, type Wants, type Window } from './list-sql.ts';
import { pageSize, type PageArgs } from './page-args.ts';

/** The parent of a nested list: its row id, and the node id that its cursors contain. */
export interface Parent {
  readonly id: ParentId;
  readonly nodeId: string;
}

/** A list compiled for a field's arguments. */
export interface CompiledList {
  /** The field, such as `Author.papers`: names statements, and is part of cursors. */
  readonly name: string;
  readonly list: List;
  /** Equal for lists of one field with equal arguments. */
  readonly key: string;
  /** Arguments that its cursors are bound to. */
  readonly cursorScope: readonly unknown[];
}

/** A page of a list under one parent; without a parent, of the store's one list. */
interface PageRequest {
  readonly parent?: Parent | undefined;
  readonly args: PageArgs;
  readonly wants: Wants;
}

/** Position of a page in its list. Cursors are computed on demand. */
export interface PagePosition {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Null on an empty page. */
  readonly startCursor: () => string | null;
  /** Null on an empty page. */
  readonly endCursor: () => string | null;
}

/** One page of a list. */
export interface Page<Row> extends PagePosition {
  readonly rows: readonly Row[];
  /** Length of the whole list; null if it was not requested. */
  readonly total: number | null;
  readonly cursorOf: (row: Row) => string;
  /** Terms that the filter's searches look for in the texts of a row. */
  readonly highlightTerms: readonly HighlightTerm[];
}

/** Reads pages. Throws InputError for wrong page arguments and for cursors of other lists. */
export type ReadPage = <Row extends object>(list: CompiledList, request: PageRequest) => Maybe<Page<Row>>;

/** Makes the reader of pages. The same page of many parents is one statement. */
export function pageReader({ run, cache }: Store): ReadPage {
  const fetch = (compiled: CompiledList, window: Window, { parent, wants }: PageRequest): Maybe<Fetched> => {
    if (!wants.page && !wants.total) return NOTHING;
    const key = `${compiled.key} ${wants.page} ${wants.total}`;
    const id = parent?.id ?? NO_PARENT;
    return cache.get(`page ${id} ${key}`, async () => {
      const read = cache.batchOf(`pages ${key}`, () => pagesReader(run, compiled, { window, wants }));
      return await read(id);
    });
  };
  return <Row extends object>(compiled: CompiledList, request: PageRequest) => {
    const place = placeOf(compiled, request.parent);
    const window = { ...pageSize(request.args), ...decodeCursors(request.args, place) };
    return andThen(fetch(compiled, window, request), (fetched) => {
      const kept = fetched.rows.slice(0, window.limit);
      return andThen(rowsOf<Row>(compiled.list, kept), (rows) =>
        toPage(fetched, itemsOf(kept, rows, window.backward), { window, place, list: compiled.list }),
      );
    });
  };
}

/** Lists without a parent are read as those of one parent whose id no row has: ids start at 1. */
const NO_PARENT = 0;

/** Rows of a page, in order, and one more if the list goes on. */
interface Fetched {
  readonly rows: readonly FetchedRow[];
  readonly total: number | null;
}

const NOTHING: Fetched = { rows: [], total: null };

/** The columns that `listSql` adds to a row. */
interface FetchedRow extends ListedId {
  readonly parent: ParentId;
  readonly total: number | null;
  /** Null if the parent's page is empty; absent if no page was requested. */
  readonly key0?: unknown;
}

/**
 * Parents share a window: cursors are bound to one parent, so that only pages without cursors can have
 * several.
 */
function pagesReader(
  run: RunStatement,
  { name, list }: CompiledList,
  options: { readonly window: Window; readonly wants: Wants },
): ReadAll<ParentId, Fetched> {
  return async (parents) => {
    const readRows = carried((rows: readonly FetchedRow[]) => rowsOf(list, rows));
    const query = listSql(list, parents, options);
    const rows = await run<FetchedRow>({ name, sql: query, unique: list.filtered });
    const pages = rowsByParent(parents, rows).map((own) => ({
      rows: own.filter(({ key0 }) => key0 !== undefined && key0 !== null),
      total: own[0]?.total ?? null,
    }));
    // Together, so that what is nested in the pages is read together, too.
    await allOf(pages.flatMap((page) => readRows(page.rows.slice(0, options.window.limit))));
    return pages;
  };
}

/** The cursors of one list: what they are bound to, and its order. */
interface CursorPlace {
  readonly scope: () => string;
  readonly order: Order;
}

function placeOf({ name, list, cursorScope }: CompiledList, parent: Parent | undefined): CursorPlace {
  let scope: string | undefined;
  return {
    scope: () => (scope ??= cursorScopeOf([name, parent?.nodeId, ...cursorScope])),
    order: list.order,
  };
}

function decodeCursors(
  { after, before }: PageArgs,
  { scope, order }: CursorPlace,
): Pick<Window, 'after' | 'before'> {
  const decode = (argument: 'after' | 'before', cursor: string | null | undefined) =>
    typeof cursor === 'string' ? decodeCursor(cursor, { scope: scope(), order, argument }) : undefined;
  return { after: decode('after', after), before: decode('before', before) };
}

/** The rows for what a page has fetched; null for a row that was removed in between. */
function rowsOf<Row extends object>(
  { rowOf }: List,
  fetched: readonly FetchedRow[],
): Maybe<readonly (Row | null)[]> {
  const rows = rowOf === undefined ? fetched : allOf(fetched.map(rowOf));
  // The list's columns, or its rows, are those of Row: see `List`.
  return rows as Maybe<readonly object[]> as Maybe<readonly (Row | null)[]>;
}

/** A row of a page, with the sort keys that were fetched for it. */
interface Item<Row> {
  readonly row: Row;
  readonly keys: FetchedRow;
}

/** The rows that still exist, in the order of the list. */
function itemsOf<Row>(
  fetched: readonly FetchedRow[],
  rows: readonly (Row | null)[],
  backward: boolean,
): Item<Row>[] {
  const items = fetched.flatMap((keys, index) => {
    const row = rows[index] ?? null;
    return row === null ? [] : [{ row, keys }];
  });
  return backward ? items.toReversed() : items;
}

function toPage<Row extends object>(
  fetched: Fetched,
  items: readonly Item<Row>[],
  { window, place, list }: { readonly window: Window; readonly place: CursorPlace; readonly list: List },
): Page<Row> {
  const { limit, backward, after, before } = window;
  const more = fetched.rows.length > limit;
  const cursorAt = (item: Item<Row> | undefined): string | null =>
    item === undefined ? null : encodeCursor(place.scope(), keysOf(item.keys, place.order));
  let known: Map<Row, Item<Row>> | undefined;
  return {
    rows: items.map(({ row }) => row),
    total: fetched.total,
    hasNextPage: backward ? before !== undefined : more,
    hasPreviousPage: backward ? more : after !== undefined,
    startCursor: () => cursorAt(items[0]),
    endCursor: () => cursorAt(items.at(-1)),
    cursorOf: (row) => {
      known ??= new Map(items.map((item) => [item.row, item]));
      return cursorAt(known.get(row)) ?? '';
    },
    highlightTerms: list.highlightTerms ?? NO_TERMS,
  };
}

const NO_TERMS: readonly HighlightTerm[] = [];

/** The sort keys of a row, which `listSql` adds as key0, key1, …; instants as ISO text. */
function keysOf(row: object, order: Order): KeyValue[] {
  const keys = row as Readonly<Record<string, KeyValue | Date>>;
  return order.flatMap((_, index) => {
    const value = keys[`key${index}`] ?? [];
    return value instanceof Date ? value.toISOString() : value;
  });
}
