import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import type { Maybe } from '../reads/cache/maybe.ts';
import type { ListArgs, ListField } from '../reads/lists/list-field.ts';
import type { ParentId } from '../reads/paging/by-parent.ts';
import type { Wants } from '../reads/paging/list-sql.ts';
import type { Page, PagePosition, Parent } from '../reads/paging/read-page.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { selects } from './selection.ts';

const SAME_LIST = 'The cursor must come from the same list; any other is CURSOR_INVALID.';

/**
 * Relay's page arguments (https://relay.dev/graphql/connections.htm). `first` has no default in the schema:
 * with one, a request for `last` alone would set both.
 */
export const pageArgs = builder.args((t) => ({
  first: t.int({
    description: `Returns up to the first n items; 20 by default, at most 100. A negative or larger number
is BAD_USER_INPUT, and so is setting both \`first\` and \`last\`.`,
  }),
  after: t.string({ description: `Returns items after this cursor. ${SAME_LIST}` }),
  last: t.int({
    description: `Returns up to the last n items; at most 100. A negative or larger number is
BAD_USER_INPUT, and so is setting both \`first\` and \`last\`.`,
  }),
  before: t.string({ description: `Returns items before this cursor. ${SAME_LIST}` }),
}));

/** A row with the page that contains it: a cursor depends on both. */
export interface Edge<Row> {
  readonly row: Row;
  readonly page: Page<Row>;
}

/**
 * Shared by all connections; the descriptions of `first` and `after` repeat its rules where a client needs
 * them.
 */
const PageInfo = builder.objectRef<PagePosition>('PageInfo').implement({
  description: `Cursors of a page, and whether other pages precede or follow it.

Without \`first\` and \`last\`, every list returns \`first: 20\`. Setting both, or a number below 0 or above
100, is BAD_USER_INPUT. Feeds and subscriptions take \`first\` from 1 to 100.

A cursor is valid only for the same field, parent, \`orderBy\` and search. Anywhere else it is
CURSOR_INVALID.

Pages are not a snapshot. An item that an ingest moves between two requests may be missed or repeated. To
close that gap, read \`feedCursor\` with the first page and subscribe after it.`,
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      description: `Whether items follow this page. Exact when paging forward; when paging backward, true if
\`before\` was given.`,
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: `Whether items precede this page. Exact when paging backward; when paging forward, true
if \`after\` was given.`,
    }),
    startCursor: t.string({
      nullable: true,
      description: 'Cursor of the first item of this page; null if the page is empty.',
      resolve: (page) => page.startCursor(),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Cursor of the last item of this page; null if the page is empty.',
      resolve: (page) => page.endCursor(),
    }),
  }),
});

/** A GraphQL type whose objects are rows of type `Row`. */
type Ref<Row> = ReturnType<typeof builder.objectRef<Row>>;

/**
 * Defines the types `<name>Connection` and `<name>Edge` for lists of `node`. Files in types/ add fields of
 * their own to both: an edge's resolvers receive an `EdgeRow`, which extends the node's row, and a
 * connection's a `ListPage`.
 */
export function connection<
  Row extends object,
  EdgeRow extends Row = Row,
  ListPage extends Page<EdgeRow> = Page<EdgeRow>,
>(name: string, node: Ref<Row>, plural: string) {
  const edge = edgeType<Row, EdgeRow>(name, node, plural);
  const page = builder.objectRef<ListPage>(`${name}Connection`).implement({
    description: `A page of a list of ${plural}.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'Items of this page, each with its cursor.',
        resolve: (found): readonly Edge<EdgeRow>[] => found.rows.map((row) => ({ row, page: found })),
      }),
      nodes: t.field({
        type: [node],
        description: 'Items of this page, without their cursors.',
        resolve: ({ rows }): readonly Row[] => rows,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Cursors of this page, and whether other pages precede or follow it.',
        resolve: (found) => found,
      }),
      totalCount: t.int({
        description: 'Number of items on all pages of the list, after its filter.',
        // `resolvePage` counts whenever this field is selected, so the total is known here.
        resolve: ({ total }) => total ?? 0,
      }),
    }),
  });
  return { page, edge };
}

function edgeType<Row extends object, EdgeRow extends Row>(name: string, node: Ref<Row>, plural: string) {
  return builder.objectRef<Edge<EdgeRow>>(`${name}Edge`).implement({
    description: `An item of a list of ${plural}, with its cursor.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'Cursor of this item. Pass it as `after` or `before` to the same list.',
        resolve: ({ page, row }) => page.cursorOf(row),
      }),
      // `Row` is a type parameter here, so TypeScript cannot prove to Pothos that it is no list.
      node: t.field({ type: node, description: 'The item itself.', resolve: ({ row }) => row as never }),
    }),
  });
}

/** The arguments of a resolver, and the parent of its list (absent for lists of `Query`). */
export interface Call<Args> {
  readonly args: ListArgs<Args>;
  readonly context: Context;
  readonly info: GraphQLResolveInfo;
  readonly parent?: Parent | undefined;
}

/** A row as the parent of lists. Only cursors contain its node id, which is made when it is asked for. */
export class RowParent<Row extends { readonly id: ParentId }> implements Parent {
  readonly id: ParentId;
  readonly #row: Row;
  readonly #idOf: (row: Row) => string;

  constructor(row: Row, idOf: (row: Row) => string) {
    this.id = row.id;
    this.#row = row;
    this.#idOf = idOf;
  }

  get nodeId(): string {
    return this.#idOf(this.#row);
  }
}

/**
 * Resolves a connection. It reads only what the operation selects: `totalCount` alone needs no rows, and a
 * page without it needs no count. Throws, or rejects with, InputError if an argument is wrong.
 */
export function resolvePage<Args, Row extends object>(
  field: ListField<Args, Row>,
  { args, context, info, parent }: Call<Args>,
): Maybe<Page<Row>> {
  return context.reads.page(field, { args, wants: wantsOf(info), parent });
}

// By the nodes of a field, which are the same for all its objects.
const known = new WeakMap<readonly FieldNode[], Wants>();

function wantsOf(info: GraphQLResolveInfo): Wants {
  let wants = known.get(info.fieldNodes);
  if (wants === undefined) {
    wants = { page: selects(info, 'edges', 'nodes', 'pageInfo'), total: selects(info, 'totalCount') };
    known.set(info.fieldNodes, wants);
  }
  return wants;
}
