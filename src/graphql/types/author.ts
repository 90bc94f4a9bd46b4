import { foldSpaces } from '../../language/fold.ts';
import { authors, coauthors } from '../../reads/lists/authors.ts';
import type { CountedCategory } from '../../reads/short-lists.ts';
import { nodeId, nodeKey } from '../../reads/paging/node-id.ts';
import { papersOfAuthor } from '../../reads/lists/papers.ts';
import type { AuthorRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { pageArgs, resolvePage } from '../connection.ts';
import { AuthorFilter, AuthorOrder } from '../inputs.ts';
import { Node } from '../node.ts';
import { paperArgs, resolvePapers } from '../paper-lists.ts';
import { Author, Authors, Category, Coauthors, Papers } from '../refs.ts';

const AuthorCategory = builder.objectRef<CountedCategory>('AuthorCategory').implement({
  description: 'A category that an author has papers in.',
  fields: (t) => ({
    category: t.field({ type: Category, description: 'The category.', resolve: (row) => row }),
    paperCount: t.exposeInt('count', { description: "The author's papers in it, cross-lists included." }),
  }),
});

const idOf = ({ name }: AuthorRow): string => nodeId('Author', name);

Author.implement({
  description: `A name as printed, not a person: everyone named "Yang Liu" is one Author, and two spellings are two. A later notion of
person will be a new type beside it; this one keeps its meaning.`,
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Made of the exact name.', resolve: idOf }),
    name: t.exposeString('name', { description: 'NFC, runs of white space as one space.' }),
    paperCount: t.exposeInt('paperCount', { description: 'Papers that print the name.' }),
    papers: t.field({
      type: Papers.page,
      description: 'Papers that print the name, each once.',
      args: paperArgs,
      resolve: async (author, args, context, info) => {
        const parent = { id: author.id, nodeId: idOf(author) };
        return await resolvePapers(papersOfAuthor, { args, context, info, parent });
      },
    }),
    coauthors: t.field({
      type: Coauthors.page,
      description: 'Names on the same papers: most papers together first, then by name.',
      args: pageArgs,
      resolve: async (author, args, context, info) => {
        const parent = { id: author.id, nodeId: idOf(author) };
        return await resolvePage(coauthors, { args, context, info, parent });
      },
    }),
    categories: t.field({
      type: [AuthorCategory],
      description: 'Most papers first.',
      resolve: async ({ id }, _args, { reads }) => await reads.categoriesOfAuthor(id),
    }),
  }),
});

builder.objectField(Coauthors.edge, 'paperCount', (t) =>
  t.int({ description: 'Papers together.', resolve: ({ row }) => row.sharedPapers }),
);

const AuthorBy = builder.inputType('AuthorBy', {
  isOneOf: true,
  description: 'What names one author.',
  fields: (t) => ({
    id: t.id({ description: 'Its id.' }),
    name: t.string({
      description: 'Exact after NFC and folding of spaces; for case and accents folded use `authors`.',
    }),
  }),
});

builder.queryFields((t) => ({
  author: t.field({
    type: Author,
    nullable: true,
    description: 'One author; null where no paper prints the name.',
    args: { by: t.arg({ type: AuthorBy, required: true, description: 'The author to look up.' }) },
    resolve: async (_root, { by }, { reads }) => {
      const key = typeof by.id === 'string' ? nodeKey('Author', by.id) : foldSpaces(by.name ?? '');
      return key === undefined ? null : await reads.authorByName(key);
    },
  }),
  authors: t.field({
    type: Authors.page,
    description: 'All authors.',
    args: {
      filter: t.arg({ type: AuthorFilter, description: 'Selects authors; all authors if absent.' }),
      orderBy: t.arg({
        type: AuthorOrder,
        required: true,
        defaultValue: 'PAPER_COUNT',
        description: 'What to sort by.',
      }),
      ...pageArgs,
    },
    resolve: async (_root, args, context, info) => await resolvePage(authors, { args, context, info }),
  }),
}));
