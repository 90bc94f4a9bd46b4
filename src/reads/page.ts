import DataLoader from 'dataloader';
import { Prisma } from '../database/generated/client.ts';
import { decodeCursor, encodeCursor, type Scope } from './cursor.ts';
import { InputError } from './input-error.ts';
import { behind, orderBy, reversed, type Order } from './order.ts';
import type { Statements } from './statements.ts';

/** Relay's page arguments, as they come. */
export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** What of a page is asked for: what nobody selects is not read. */
export interface Wanted {
  readonly rows: boolean;
  readonly total: boolean;
}

/** One page of a list. */
export interface Page<Row> {
  /** In the list's order. */
  readonly rows: readonly (Row & { readonly cursor: string })[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Over the whole list; undefined where it was not wanted. */
  readonly total: number | undefined;
}

/** A list that hangs on parents (or on none), as SQL. `parent.id` is the parent's row id. */
export interface ListQuery {
  /** Names the statement; what varies its text besides page arguments and order belongs into it. */
  readonly name: string;
  readonly columns: Prisma.Sql;
  /** `from` and `where`, without the words that begin them: `paper p where true`. */
  readonly from: Prisma.Sql;
  readonly orderName: string;
  readonly order: Order;
  /** An expression for the total where there is a cheaper one than counting. */
  readonly total?: Prisma.Sql | undefined;
  /** Of the parents' row ids: `int` where absent. */
  readonly parentType?: 'uuid' | undefined;
  /** False where the text depends on a caller's filter. */
  readonly prepare?: boolean | undefined;
}

/** A row id. */
export type ParentId = number | string;

/** One request for a page of a list under one parent. */
export interface PageRequest {
  /** The parent's row id; 0 where there is none. */
  readonly parent: ParentId;
  /** What names the parent in cursors. */
  readonly scope: Scope;
  readonly args: PageArgs;
  readonly wanted: Wanted;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/**
 * Reads pages of lists: the same list under many parents, asked for with the same arguments, is one statement that is
 * bounded per parent. Lives as long as one request.
 */
export class Pages {
  readonly #statements: Statements;
  readonly #loaders = new Map<string, DataLoader<ParentId, RawPage>>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** Rejects with InputError for wrong page arguments, with CursorError for a cursor of another list. */
  async load<Row extends object>(list: ListQuery, request: PageRequest): Promise<Page<Row>> {
    const scope = [list.name, list.orderName, ...request.scope];
    const place = readArgs(request.args, { scope, keys: list.order.length });
    const { total, rows } = request.wanted;
    const page: Asked = { ...place, total, limit: rows ? place.limit : undefined };
    const raw = (await this.#loader(list, page).load(request.parent)) as RawPage<Row>;
    return finish(raw, page, scope);
  }

  #loader(list: ListQuery, page: Asked): DataLoader<ParentId, RawPage> {
    const key = JSON.stringify([list.name, list.orderName, list.from.text, list.from.values, page]);
    const known = this.#loaders.get(key);
    if (known !== undefined) return known;
    const loader = new DataLoader(
      async (parents: readonly ParentId[]) => await this.#read(list, page, parents),
    );
    this.#loaders.set(key, loader);
    return loader;
  }

  async #read(list: ListQuery, page: Asked, parents: readonly ParentId[]): Promise<RawPage[]> {
    const variant = [
      list.orderName,
      page.backward ? 'last' : 'first',
      page.after && 'after',
      page.before && 'before',
    ];
    const wanted = [page.limit === undefined ? 'none' : '', page.total ? 'total' : ''];
    const name = [list.name, ...variant, ...wanted].filter((part) => part).join('_');
    const sql = pageSql(list, page, parents);
    const rows = await this.#statements.run<RawRow>(name, sql, { prepare: list.prepare !== false });
    const byParent = new Map<ParentId, RawPage>(
      parents.map((parent) => [parent, { rows: [], total: undefined }]),
    );
    for (const { $parent, $total, ...row } of rows) {
      const found = byParent.get($parent);
      if (found === undefined) continue;
      found.total = $total;
      if (row.$keys !== undefined && row.$keys !== null) found.rows.push(row);
    }
    return parents.map((parent) => byParent.get(parent) ?? { rows: [], total: undefined });
  }
}

/** Page arguments, checked. */
interface Place {
  readonly limit: number;
  readonly backward: boolean;
  readonly after: readonly string[] | undefined;
  readonly before: readonly string[] | undefined;
}

interface Asked extends Omit<Place, 'limit'> {
  /** Undefined where no rows are wanted. */
  readonly limit: number | undefined;
  readonly total: boolean;
}

interface RawRow {
  readonly $parent: ParentId;
  readonly $total: number | undefined;
  /** The values of the sort keys, as text; null where the page is empty. */
  readonly $keys?: readonly string[] | null;
}

interface RawPage<Row extends object = object> {
  rows: (Row & { $keys?: readonly string[] | null })[];
  total: number | undefined;
}

function readArgs({ first, after, last, before }: PageArgs, of: { scope: Scope; keys: number }): Place {
  if (typeof first === 'number' && typeof last === 'number') {
    throw new InputError(['last'], 'expected `first` or `last`, got both');
  }
  return {
    limit: readLimit('first', first) ?? readLimit('last', last) ?? DEFAULT_LIMIT,
    backward: typeof last === 'number',
    after: typeof after === 'string' ? decodeCursor('after', after, of) : undefined,
    before: typeof before === 'string' ? decodeCursor('before', before, of) : undefined,
  };
}

function readLimit(argument: string, limit: number | null | undefined): number | undefined {
  if (limit === null || limit === undefined) return undefined;
  if (limit >= 0 && limit <= MAX_LIMIT) return limit;
  throw new InputError([argument], `expected 0 to ${MAX_LIMIT}, got ${limit}`);
}

function pageSql(list: ListQuery, page: Asked, parents: readonly ParentId[]): Prisma.Sql {
  const { columns, from, order } = list;
  const total = list.total ?? Prisma.sql`(select count(*) from ${from})`;
  const run = page.backward ? reversed(order) : order;
  const bounds = [
    ...(page.after === undefined ? [] : [Prisma.sql`and ${behind(order, page.after)}`]),
    ...(page.before === undefined ? [] : [Prisma.sql`and ${behind(reversed(order), page.before)}`]),
  ];
  const keys = Prisma.join(order.map(({ sql }) => Prisma.sql`${sql}::text`));
  const rows =
    page.limit === undefined
      ? Prisma.empty
      : Prisma.sql`
    left join lateral (
      select ${columns}, array[${keys}] as "$keys"
      from ${from} ${Prisma.join(bounds.length === 0 ? [Prisma.empty] : bounds, ' ')}
      order by ${orderBy(run)} limit ${page.limit + 1}
    ) item on true`;
  // `offset 0` keeps the planner from counting once for each row of the page.
  const counted = page.total
    ? Prisma.sql`left join lateral (select ${total} as "$total" offset 0) counted on true`
    : Prisma.empty;
  return Prisma.sql`
    select parent.id as "$parent"${page.total ? Prisma.sql`, counted.*` : Prisma.empty}
      ${page.limit === undefined ? Prisma.empty : Prisma.sql`, item.*`}
    from unnest(${parents}::${Prisma.raw(list.parentType ?? 'int')}[]) as parent(id) ${counted} ${rows}`;
}

function finish<Row extends object>(raw: RawPage<Row>, page: Asked, scope: Scope): Page<Row> {
  const limit = page.limit ?? 0;
  const more = raw.rows.length > limit;
  const kept = raw.rows.slice(0, limit);
  const rows = (page.backward ? kept.toReversed() : kept).map((row) => ({
    ...row,
    cursor: encodeCursor(scope, row.$keys ?? []),
  }));
  return {
    rows,
    hasNextPage: page.backward ? page.before !== undefined : more,
    hasPreviousPage: page.backward ? more : page.after !== undefined,
    total: raw.total,
  };
}
