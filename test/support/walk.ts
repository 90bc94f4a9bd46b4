import type { Query } from './graphql.ts';

interface Nodes<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** Which list, and how to walk it. */
export interface Walk {
  /** A connection field with its own arguments, open for those of the page: `papers(orderBy: TITLE, `. */
  readonly field: string;
  /** What is selected of a node. */
  readonly select: string;
  readonly size: number;
  /** From the end, by `last` and `before`. */
  readonly backward?: boolean;
  /** What is around the field, with `FIELD` in its place. */
  readonly within?: string;
  /** Types of further variables: `$filter: PaperFilter`. */
  readonly declare?: string;
  readonly variables?: Record<string, unknown>;
}

/** All nodes of a list in its order, page after page, with every page's neighbours checked on the way. */
export async function walk<Node>(query: Query, how: Walk): Promise<Node[]> {
  const { field, select, size, backward = false, within = 'FIELD', declare = '' } = how;
  const page = backward ? 'last: $size, before: $cursor' : 'first: $size, after: $cursor';
  const list = `list: ${field}${page}) { edges { cursor node { ${select} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
  const document = `query ($size: Int, $cursor: String, ${declare}) { ${within.replace('FIELD', list)} }`;
  const nodes: Node[] = [];
  for (let cursor: string | null = null; ;) {
    const { data, errors } = await query(document, { ...how.variables, size, cursor });
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    const { edges, pageInfo } = find(data) as Nodes<Node>;
    const found = edges.map(({ node }) => node);
    nodes.splice(backward ? 0 : nodes.length, 0, ...found);
    check(edges, pageInfo);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = pageInfo;
    const [more, back] = backward ? [hasPreviousPage, hasNextPage] : [hasNextPage, hasPreviousPage];
    if (back !== (cursor !== null)) throw new Error('the way back is wrong');
    if (!more) return nodes;
    if (edges.length !== size) throw new Error(`a page of ${edges.length} has more behind it`);
    cursor = backward ? startCursor : endCursor;
  }
}

/** The arXiv ids of all papers that a search finds, the newest first. */
export async function walkSearch(query: Query, text: string): Promise<string[]> {
  const nodes = await walk<{ arxivId: string }>(query, {
    field: 'papers(filter: {search: $text}, orderBy: NEWEST, ',
    select: 'arxivId',
    declare: '$text: String',
    variables: { text },
    size: 100,
  });
  return nodes.map(({ arxivId }) => arxivId);
}

function check(edges: Nodes<unknown>['edges'], { startCursor, endCursor }: Nodes<unknown>['pageInfo']): void {
  const ends = [edges[0]?.cursor ?? null, edges.at(-1)?.cursor ?? null];
  if (startCursor !== ends[0] || endCursor !== ends[1]) throw new Error('the ends of the page are wrong');
}

function find(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) throw new Error('no list in the answer');
  return 'list' in value ? value.list : find(Object.values(value)[0]);
}
