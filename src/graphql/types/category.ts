import { resolveCategory } from '../../arxiv/categories.ts';
import { categories } from '../../reads/lists/categories.ts';
import { nodeId, nodeKey } from '../../reads/paging/node-id.ts';
import { papersOfCategory } from '../../reads/lists/papers.ts';
import type { CategoryRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { pageArgs, resolvePage } from '../connection.ts';
import { CategoryOrder } from '../inputs.ts';
import { Node } from '../node.ts';
import { paperArgs, resolvePapers } from '../paper-lists.ts';
import { Categories, Category, Papers } from '../refs.ts';

const idOf = ({ code }: CategoryRow): string => nodeId('Category', code);

Category.implement({
  description: "A category of arXiv's taxonomy, or a code outside it that a digest printed.",
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Made of the code.', resolve: idOf }),
    code: t.exposeString('code', { description: 'Canonical, such as `eess.SY`.' }),
    aliases: t.exposeStringList('aliases', {
      description: 'Other codes of the same category, such as `cs.SY`.',
    }),
    name: t.exposeString('name', { nullable: true, description: 'Null for a code outside the taxonomy.' }),
    archive: t.exposeString('archive', {
      nullable: true,
      description: 'Such as `eess`; null for a code outside the taxonomy.',
    }),
    paperCount: t.exposeInt('paperCount', { description: 'Cross-lists included.' }),
    papers: t.field({
      type: Papers.page,
      description: 'Cross-lists included.',
      args: paperArgs,
      resolve: async (category, args, context, info) => {
        const parent = { id: category.id, nodeId: idOf(category) };
        return await resolvePapers(papersOfCategory, { args, context, info, parent });
      },
    }),
  }),
});

const CategoryBy = builder.inputType('CategoryBy', {
  isOneOf: true,
  description: 'What names one category.',
  fields: (t) => ({
    id: t.id({ description: 'Its id.' }),
    code: t.string({ description: 'Aliases resolve. In any case.' }),
  }),
});

builder.queryFields((t) => ({
  category: t.field({
    type: Category,
    nullable: true,
    description: 'One category; null where neither the taxonomy nor a digest has the code.',
    args: { by: t.arg({ type: CategoryBy, required: true, description: 'The category to look up.' }) },
    resolve: async (_root, { by }, { reads }) => {
      const key = typeof by.id === 'string' ? nodeKey('Category', by.id) : resolveCategory(by.code ?? '');
      return key === undefined ? null : await reads.categoryByCode(key);
    },
  }),
  categories: t.field({
    type: Categories.page,
    description: "arXiv's taxonomy, and the codes outside it that digests printed.",
    args: {
      orderBy: t.arg({
        type: CategoryOrder,
        required: true,
        defaultValue: 'CODE',
        description: 'What to sort by.',
      }),
      ...pageArgs,
    },
    resolve: async (_root, args, context, info) => await resolvePage(categories, { args, context, info }),
  }),
}));
