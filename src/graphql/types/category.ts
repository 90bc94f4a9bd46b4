import { resolveCategory } from '../../arxiv/categories.ts';
import { categories } from '../../reads/lists/categories.ts';
import { nodeId, nodeKey } from '../../reads/paging/node-id.ts';
import { papersOfCategory } from '../../reads/lists/papers.ts';
import type { CategoryRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { BY_ID, idFrom, lookupBy, sortedBy } from '../descriptions.ts';
import { pageArgs, resolvePage, RowParent } from '../connection.ts';
import { CategoryOrder } from '../inputs.ts';
import { Node } from '../node.ts';
import { paperArgs, resolvePapers } from '../paper-lists.ts';
import { Categories, Category, Papers } from '../refs.ts';

/** Only canonical codes have ids, so a category has one id, however many aliases it has. */
const idOf = ({ code }: CategoryRow): string => nodeId('Category', code);

Category.implement({
  description: "A category of arXiv's taxonomy, or a code outside it that occurs in a digest.",
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: idFrom('the code'), resolve: idOf }),
    code: t.exposeString('code', { description: 'Canonical code, such as `eess.SY`.' }),
    aliases: t.exposeStringList('aliases', {
      description: 'Other codes of the same category, such as `cs.SY` for `eess.SY`.',
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'Name, such as `Machine Learning`. Null for a code outside the taxonomy.',
    }),
    archive: t.exposeString('archive', {
      nullable: true,
      description: "arXiv's archive of the category, such as `eess`. Null for a code outside the taxonomy.",
    }),
    paperCount: t.exposeInt('paperCount', {
      description: 'Number of papers in this category, cross-lists included.',
    }),
    papers: t.field({
      type: Papers.page,
      description: 'Papers in this category, cross-lists included.',
      args: paperArgs,
      resolve: (category, args, context, info) =>
        resolvePapers(papersOfCategory, { args, context, info, parent: new RowParent(category, idOf) }),
    }),
  }),
});

const CategoryBy = builder.inputType('CategoryBy', {
  isOneOf: true,
  description: lookupBy('a category'),
  fields: (t) => ({
    id: t.id({ description: BY_ID }),
    code: t.string({
      description: 'Code in any case, such as `cs.LG`. Aliases resolve: `cs.SY` finds `eess.SY`.',
    }),
  }),
});

builder.queryFields((t) => ({
  category: t.field({
    type: Category,
    nullable: true,
    description: "Looks up a category. Null if neither arXiv's taxonomy nor a stored digest has the code.",
    args: {
      by: t.arg({
        type: CategoryBy,
        required: true,
        description: 'The category to look up, by id or by code.',
      }),
    },
    resolve: (_root, { by }, { reads }) => {
      // Codes outside the taxonomy pass unchanged: digests may contain them, and then they are stored.
      const key = typeof by.id === 'string' ? nodeKey('Category', by.id) : resolveCategory(by.code ?? '');
      return key === undefined ? null : reads.categoryByCode(key);
    },
  }),
  categories: t.field({
    type: Categories.page,
    description: "Categories of arXiv's taxonomy, and codes outside it that occur in digests.",
    args: {
      orderBy: t.arg({
        type: CategoryOrder,
        required: true,
        defaultValue: 'CODE',
        description: sortedBy('CODE'),
      }),
      ...pageArgs,
    },
    resolve: (_root, args, context, info) => resolvePage(categories, { args, context, info }),
  }),
}));
