import type { GraphQLResolveInfo } from 'graphql';
import type { ListArgs, ListField } from '../reads/lists/list-field.ts';
import type { Page, PagePosition, Parent } from '../reads/paging/read-page.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { refusing } from './errors.ts';
import { selects } from './selection.ts';

/** Relay's page arguments. */
export const pageArgs = builder.args((t) => ({
  first: t.int({
    description:
      'At most this many items from the start of the list, or after `after`: 0 to 100; 20 without `last`.',
  }),
  after: t.string({ description: 'Returns items after this cursor, which must come from the same list.' }),
  last: t.int({
    description: 'At most this many items from the end of the list, or before `before`: 0 to 100.',
  }),
  before: t.string({ description: 'Returns items before this cursor, which must come from the same list.' }),
}));

/** A row where it stands in its list. */
export interface Edge<Row> {
  readonly row: Row;
  readonly page: Page<Row>;
}

const PageInfo = builder.objectRef<PagePosition>('PageInfo').implement({
  description: `Everywhere: neither \`first\` nor \`last\` means \`first: 20\`; both together, below 0 or above 100 is BAD_USER_INPUT (on
feeds and subscriptions: below 1). A list cursor is good for the same field, parent, orderBy and search; elsewhere it is
CURSOR_INVALID. Pages are not a snapshot: what an ingest moves between pages may be missed or repeated; \`feedCursor\` closes
that gap.`,
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      description:
        'Whether items follow this page. Exact when paging forward; when paging backward, true if `before` was given.',
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description:
        'Whether items precede this page. Exact when paging backward; when paging forward, true if `after` was given.',
    }),
    startCursor: t.string({
      nullable: true,
      description: 'Null on an empty page.',
      resolve: (page) => page.startCursor(),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Null on an empty page.',
      resolve: (page) => page.endCursor(),
    }),
  }),
});

/** A type whose objects are rows of this kind. */
type Ref<Row> = ReturnType<typeof builder.objectRef<Row>>;

/**
 * The types `<name>Connection` and `<name>Edge` of lists of `node`. `EdgeRow` is what the lists' rows have beyond the
 * node, for fields of the edge's own; `ListPage` what their pages have, for fields of the connection's own.
 */
export function connection<
  Row extends object,
  EdgeRow extends Row = Row,
  ListPage extends Page<EdgeRow> = Page<EdgeRow>,
>(name: string, node: Ref<Row>, plural: string) {
  const edge = edgeType<Row, EdgeRow>(name, node, plural);
  const page = builder.objectRef<ListPage>(`${name}Connection`).implement({
    description: `One page of a list of ${plural}.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'The page, with cursors.',
        resolve: (found): readonly Edge<EdgeRow>[] => found.rows.map((row) => ({ row, page: found })),
      }),
      nodes: t.field({
        type: [node],
        description: 'The page, without cursors.',
        resolve: ({ rows }): readonly Row[] => rows,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where the page stands in its list.',
        resolve: (found) => found,
      }),
      totalCount: t.int({
        description: 'Over the whole list (and its filter), not the page.',
        resolve: ({ total }) => total ?? 0,
      }),
    }),
  });
  return { page, edge };
}

function edgeType<Row extends object, EdgeRow extends Row>(name: string, node: Ref<Row>, plural: string) {
  return builder.objectRef<Edge<EdgeRow>>(`${name}Edge`).implement({
    description: `One place in a list of ${plural}.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'This place, for `after` and `before` of the same list.',
        resolve: ({ page, row }) => page.cursorOf(row),
      }),
      // Pothos cannot tell of a type that is still open that it is no list.
      node: t.field({ type: node, description: 'What stands here.', resolve: ({ row }) => row as never }),
    }),
  });
}

/** What a resolver is called with, and what its list hangs on. */
export interface Call<Args> {
  readonly args: ListArgs<Args>;
  readonly context: Context;
  readonly info: GraphQLResolveInfo;
  readonly parent?: Parent;
}

/** Resolves a connection: reads of the list what is selected. Rejects with the errors of the catalogue. */
export async function resolvePage<Args, Row extends object>(
  field: ListField<Args, Row>,
  { args, context, info, parent }: Call<Args>,
): Promise<Page<Row>> {
  const wants = { page: selects(info, 'edges', 'nodes', 'pageInfo'), total: selects(info, 'totalCount') };
  const request = { args, wants, ...(parent !== undefined && { parent }) };
  return await refusing(async () => await context.reads.page(field, request));
}
