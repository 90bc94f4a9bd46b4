import { andThen, type Maybe } from '../reads/cache/maybe.ts';
import type { Page } from '../reads/paging/read-page.ts';
import type { FacetRequest } from '../reads/facets.ts';
import { defaultOrder, type PaperArgs, type PaperField } from '../reads/lists/papers.ts';
import type { ScoredPaperRow } from '../reads/lists/rows.ts';
import { builder } from './builder.ts';
import { pageArgs, resolvePage, type Call } from './connection.ts';
import { PaperFilter, PaperOrder } from './inputs.ts';

/** A page of papers, with the list that its facets are counted over. */
export interface PaperPage extends Page<ScoredPaperRow> {
  /** The request of the page itself: facets count the whole list, so only its filter and parent matter. */
  readonly of: Omit<FacetRequest, 'wanted'>;
}

/** Arguments of every list of papers: `Query.papers`, `Author.papers`, `Category.papers`. */
export const paperArgs = {
  ...builder.args((t) => ({
    filter: t.field({
      type: PaperFilter,
      description: 'Returns only papers that match this filter; all papers if absent.',
    }),
    orderBy: t.field({
      type: PaperOrder,
      description: `Sort order of the list. Defaults to RELEVANCE if the filter searches (outside \`not\`),
else to NEWEST.`,
    }),
  })),
  ...pageArgs,
};

/** Resolves a list of papers. Throws, or rejects with, InputError if an argument is wrong. */
export function resolvePapers(
  field: PaperField,
  { args, context, info, parent }: Call<PaperArgs>,
): Maybe<PaperPage> {
  // The default depends on the filter, so the schema cannot state it. A cursor is bound to the order that
  // was used.
  const ordered = { ...args, orderBy: args.orderBy ?? defaultOrder(args.filter) };
  const of = { field, args: ordered, parent };
  return andThen(resolvePage(field, { args: ordered, context, info, parent }), (page) => ({ ...page, of }));
}
