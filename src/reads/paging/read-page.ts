import type { RunStatement } from '../../database/statements.ts';
import { andThen, type Maybe } from '../cache/maybe.ts';
import type { ReadAll } from '../cache/read-cache.ts';
import type { Store } from '../cache/store.ts';
import type { HighlightTerm } from '../../search/find-highlights.ts';
import { rowsByParent, type ParentId } from './by-parent.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { KeyValue, Order } from './keyset.ts';
import { listSql, type List, type Wants, type Window } from './list-sql.ts';
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
export function pageReader(store: Store): ReadPage {
  return <Row extends object>(compiled: CompiledList, request: PageRequest) => {
    const key = `${compiled.key} ${JSON.stringify(request.wants)}`;
    const parent = request.parent?.id ?? NO_PARENT;
    return store.cache.get(`page ${parent} ${key}`, () =>
      readPage<Row>(store, compiled, { ...request, key }),
    );
  };
}

function readPage<Row extends object>(
  { run, cache }: Store,
  compiled: CompiledList,
  { parent, args, wants, key }: PageRequest & { readonly key: string },
): Maybe<Page<Row>> {
  const { list, name } = compiled;
  const scope = JSON.stringify([name, parent?.nodeId, ...compiled.cursorScope]);
  const place = { scope, order: list.order };
  const window = { ...pageSize(args), ...decodeCursors(args, place) };
  const readAll = cache.batchOf(`pages ${key}`, () => pagesReader(run, compiled, { window, wants }));
  const fetched = wants.page || wants.total ? readAll(parent?.id ?? NO_PARENT) : NOTHING;
  return andThen(fetched, (known) => ({
    ...toPage<Row>(known, window, place),
    highlightTerms: list.highlightTerms ?? [],
  }));
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
interface FetchedRow {
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
    const query = listSql(list, parents, options);
    const rows = await run<FetchedRow>({ name, sql: query, unique: list.filtered });
    return rowsByParent(parents, rows).map((own) => ({
      rows: own.filter(({ key0 }) => key0 !== undefined && key0 !== null),
      total: own[0]?.total ?? null,
    }));
  };
}

/** The cursors of one list: what they are bound to, and its order. */
interface CursorPlace {
  readonly scope: string;
  readonly order: Order;
}

function decodeCursors({ after, before }: PageArgs, place: CursorPlace): Pick<Window, 'after' | 'before'> {
  const decode = (argument: 'after' | 'before', cursor: string | null | undefined) =>
    cursor === null || cursor === undefined ? undefined : decodeCursor(cursor, { ...place, argument });
  return { after: decode('after', after), before: decode('before', before) };
}

function toPage<Row extends object>(
  fetched: Fetched,
  { limit, backward, after, before }: Window,
  { scope, order }: CursorPlace,
): Omit<Page<Row>, 'highlightTerms'> {
  const more = fetched.rows.length > limit;
  // The list's columns are those of Row: see `List`.
  const kept = fetched.rows.slice(0, limit) as readonly object[] as readonly Row[];
  const rows = backward ? kept.toReversed() : kept;
  const cursorOf = (row: Row): string => encodeCursor(scope, keysOf(row, order));
  const cursorAt = (row: Row | undefined): string | null => (row === undefined ? null : cursorOf(row));
  return {
    rows,
    total: fetched.total,
    hasNextPage: backward ? before !== undefined : more,
    hasPreviousPage: backward ? more : after !== undefined,
    startCursor: () => cursorAt(rows[0]),
    endCursor: () => cursorAt(rows.at(-1)),
    cursorOf,
  };
}

/** The sort keys of a row, which `listSql` adds as key0, key1, …; instants as ISO text. */
function keysOf(row: object, order: Order): KeyValue[] {
  const keys = row as Readonly<Record<string, KeyValue | Date>>;
  return order.flatMap((_, index) => {
    const value = keys[`key${index}`] ?? [];
    return value instanceof Date ? value.toISOString() : value;
  });
}
