import DataLoader from 'dataloader';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { KeyValue, Order } from './keyset.ts';
import { listSql, type List, type Wants, type Window } from './list.ts';
import { pageSize, type PageArgs } from './page-args.ts';
import type { HighlightTerms } from '../../search/highlight.ts';
import type { CompileSearch } from '../filters/compile-search.ts';
import type { RunStatement } from '../../database/statements.ts';

/** A field that gives a list. `Row` is what its rows are. */
export interface ListField<Args, Row extends object> {
  /** Such as `Author.papers`: names statements, and stands in cursors. */
  readonly name: string;
  /** The list for these arguments. Throws, or rejects with, InputError where they cannot be answered. */
  readonly list: (args: Args, compile: Compile) => List | Promise<List>;
  /** What else of the arguments, beside the order, a cursor is good for alone. */
  readonly cursorScope?: (args: Args) => unknown;
  /** Only ties the type of the rows to the field. */
  readonly row?: Row;
}

/** What lists are compiled with. */
export interface Compile {
  readonly compileSearch: CompileSearch;
}

/** What a list hangs on: its row's id, and its node id, which cursors keep. */
export interface Parent {
  readonly id: number | string;
  readonly nodeId: string;
}

/** A field's list under one parent. */
export interface PageRequest<Args> {
  readonly parent?: Parent | undefined;
  readonly args: Args & PageArgs & { readonly orderBy?: string | null | undefined };
}

/** Where a page stands in its list; cursors are worked out when asked for. */
export interface PagePlace {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Null on an empty page, as is the other. */
  readonly startCursor: () => string | null;
  readonly endCursor: () => string | null;
}

/** One page; each row carries its place, which `cursorOf` reads. */
export interface Page<Row> extends PagePlace {
  readonly rows: readonly Row[];
  /** Null where it was not wanted. */
  readonly total: number | null;
  readonly cursorOf: (row: Row) => string;
  /** What the list's searches want to see in the texts of a row. */
  readonly highlightTerms: readonly HighlightTerms[];
}

/** Reads pages: those that a request asks of one field with the same arguments are one statement, whatever their parents. */
export type ReadPage = <Args, Row extends object>(
  field: ListField<Args, Row>,
  request: PageRequest<Args> & { readonly wants: Wants },
) => Promise<Page<Row>>;

interface Fetched {
  readonly rows: readonly object[];
  readonly total: number | null;
}

/** A field's list for its arguments, and what tells it from others. Rejects with InputError where there is none. */
export type ReadList = <Args, Row extends object>(
  field: ListField<Args, Row>,
  args: Args,
) => Promise<{ readonly list: List; readonly asked: string }>;

/** The lists of one request; each is compiled once. */
export function listReader(compile: Compile): ReadList {
  const lists = new Map<string, Promise<List>>();
  return async (field, args) => {
    const asked = JSON.stringify([field.name, args]);
    const list = await memo(lists, asked, async () => await field.list(args, compile));
    return { list, asked };
  };
}

/** The pages of one request; they are read once. */
export function pageReader(run: RunStatement, readList: ReadList): ReadPage {
  const loaders = new Map<string, Loader>();
  return async <Args, Row extends object>(
    field: ListField<Args, Row>,
    { parent, args, wants }: PageRequest<Args> & { readonly wants: Wants },
  ) => {
    const { name } = field;
    const size = pageSize(args);
    const { list, asked } = await readList(field, args);
    const scope = JSON.stringify([name, parent?.nodeId, args.orderBy, field.cursorScope?.(args)]);
    const place = { scope, order: list.order };
    const window = { ...size, ...cursors(args, place) };
    const loader = memo(loaders, asked + JSON.stringify(wants), () =>
      openLoader(run, { name, list, window, wants }),
    );
    const fetched = wants.page || wants.total ? await loader.load(parent?.id ?? NO_PARENT) : NOTHING;
    return { ...toPage<Row>(fetched, window, place), highlightTerms: list.highlightTerms ?? [] };
  };
}

// Lists without a parent are read as those of one parent that is none of the store's: ids start at 1.
const NO_PARENT = 0;

const NOTHING: Fetched = { rows: [], total: null };

type Loader = DataLoader<number | string, Fetched>;

function memo<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** The window is the same for all parents: their cursors hold the same values, or are refused. */
function openLoader(
  run: RunStatement,
  { name, list, window, wants }: { name: string; list: List; window: Window; wants: Wants },
): Loader {
  return new DataLoader(async (parents) => {
    const query = listSql(list, parents, { window, wants });
    return byParent(parents, await run<FetchedRow>({ name, sql: query, unique: list.filtered }));
  });
}

interface FetchedRow {
  readonly parent: number | string;
  readonly total: number | null;
  readonly key0?: unknown;
}

function byParent(parents: readonly (number | string)[], rows: readonly FetchedRow[]): Fetched[] {
  const found = new Map(parents.map((id) => [id, { rows: [] as object[], total: null as number | null }]));
  for (const row of rows) {
    const fetched = found.get(row.parent);
    if (fetched === undefined) continue;
    fetched.total = row.total;
    if (row.key0 !== undefined && row.key0 !== null) fetched.rows.push(row);
  }
  return parents.map((id) => found.get(id) ?? { rows: [], total: null });
}

interface Place {
  readonly scope: string;
  readonly order: Order;
}

function cursors({ after, before }: PageArgs, place: Place): Pick<Window, 'after' | 'before'> {
  const decode = (argument: 'after' | 'before', cursor: string | null | undefined) =>
    cursor === null || cursor === undefined ? undefined : decodeCursor(cursor, { ...place, argument });
  return { after: decode('after', after), before: decode('before', before) };
}

function toPage<Row extends object>(
  fetched: Fetched,
  window: Window,
  { scope, order }: Place,
): Omit<Page<Row>, 'highlightTerms'> {
  const { limit, backward, after, before } = window;
  const more = fetched.rows.length > limit;
  const kept = fetched.rows.slice(0, limit) as Row[];
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

/** A row's place in the order, as JSON has it: instants as text. */
function keysOf(row: object, order: Order): KeyValue[] {
  return order.map(({ type }, index) => {
    const value = (row as Record<string, unknown>)[`key${index}`];
    return type === 'timestamptz' ? (value as Date).toISOString() : (value as KeyValue);
  });
}
