import { foldSpaces } from '../../language/fold.ts';
import { authors, coauthors } from '../../reads/lists/authors.ts';
import type { CountedCategory } from '../../reads/short-lists.ts';
import { nodeId, nodeKey } from '../../reads/paging/node-id.ts';
import { papersOfAuthor } from '../../reads/lists/papers.ts';
import type { AuthorRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { BY_ID, idFrom, lookupBy, sortedBy } from '../descriptions.ts';
import { pageArgs, resolvePage, RowParent } from '../connection.ts';
import { AuthorFilter, AuthorOrder } from '../inputs.ts';
import { Node } from '../node.ts';
import { paperArgs, resolvePapers } from '../paper-lists.ts';
import { Author, Authors, Category, Coauthors, Papers } from '../refs.ts';

/** The rows are categories with a count, so a row also serves as the value of `category`. */
const AuthorCategory = builder.objectRef<CountedCategory>('AuthorCategory').implement({
  description: 'A category of an author, with the number of papers.',
  fields: (t) => ({
    category: t.field({
      type: Category,
      description: 'Category in which the author has papers.',
      resolve: (row) => row,
    }),
    paperCount: t.exposeInt('count', {
      description: "Number of the author's papers in this category, cross-lists included.",
    }),
  }),
});

/** The exact name is an author's natural key: another spelling is another author, with another id. */
const idOf = ({ name }: AuthorRow): string => nodeId('Author', name);

Author.implement({
  description: `An author's name as printed on papers, not a person. Everyone named "Yang Liu" is one
Author, and two spellings of a name are two Authors. If persons are added later, they will be a new type;
Author will keep its meaning.`,
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: idFrom('the exact name'), resolve: idOf }),
    name: t.exposeString('name', {
      description: 'Name in Unicode NFC. Each run of white space is one space.',
    }),
    paperCount: t.exposeInt('paperCount', {
      description: 'Number of papers with this name among their authors.',
    }),
    papers: t.field({
      type: Papers.page,
      description: 'Papers with this name among their authors, each once.',
      args: paperArgs,
      resolve: (author, args, context, info) =>
        resolvePapers(papersOfAuthor, { args, context, info, parent: new RowParent(author, idOf) }),
    }),
    coauthors: t.field({
      type: Coauthors.page,
      description:
        "Other authors of this author's papers. Those with most shared papers come first, then by name.",
      args: pageArgs,
      resolve: (author, args, context, info) =>
        resolvePage(coauthors, { args, context, info, parent: new RowParent(author, idOf) }),
    }),
    // A plain list, without pages: an author has few categories, and arXiv has about 150.
    categories: t.field({
      type: [AuthorCategory],
      description: "Categories of the author's papers. Those with most papers come first.",
      resolve: ({ id }, _args, { reads }) => reads.categoriesOfAuthor(id),
    }),
  }),
});

// On the edge, because the number belongs to the pair of authors, not to one of them.
builder.objectField(Coauthors.edge, 'paperCount', (t) =>
  t.int({
    description: 'Number of papers with both names among their authors.',
    resolve: ({ row }) => row.sharedPapers,
  }),
);

const AuthorBy = builder.inputType('AuthorBy', {
  isOneOf: true,
  description: lookupBy('an author'),
  fields: (t) => ({
    id: t.id({ description: BY_ID }),
    name: t.string({
      description: `Exact name; case and accents matter. Unicode normalization (NFC) and runs of white space
do not. To ignore case and accents, use the query \`authors\`.`,
    }),
  }),
});

builder.queryFields((t) => ({
  author: t.field({
    type: Author,
    nullable: true,
    description: 'Looks up an author. Null if no paper has an author of this name.',
    args: {
      by: t.arg({
        type: AuthorBy,
        required: true,
        description: 'The author to look up, by id or by exact name.',
      }),
    },
    resolve: (_root, { by }, { reads }) => {
      // Ingests store names in NFC with single spaces; the argument is brought into the same form.
      const key = typeof by.id === 'string' ? nodeKey('Author', by.id) : foldSpaces(by.name ?? '');
      return key === undefined ? null : reads.authorByName(key);
    },
  }),
  authors: t.field({
    type: Authors.page,
    description: 'Authors of all stored papers.',
    args: {
      filter: t.arg({
        type: AuthorFilter,
        description: 'Returns only authors that match this filter; all authors if absent.',
      }),
      orderBy: t.arg({
        type: AuthorOrder,
        required: true,
        defaultValue: 'PAPER_COUNT',
        description: sortedBy('PAPER_COUNT'),
      }),
      ...pageArgs,
    },
    resolve: (_root, args, context, info) => resolvePage(authors, { args, context, info }),
  }),
}));
