import type { Page } from '../reads/paging/read-page.ts';
import type { FacetRequest } from '../reads/facets.ts';
import { defaultOrder, type PaperArgs, type PaperField } from '../reads/lists/papers.ts';
import type { ScoredPaperRow } from '../reads/lists/rows.ts';
import { builder } from './builder.ts';
import { pageArgs, resolvePage, type Call } from './connection.ts';
import { PaperFilter, PaperOrder } from './inputs.ts';

/** A page of papers, and what its facets are worked out over. */
export interface PaperPage extends Page<ScoredPaperRow> {
  readonly of: Omit<FacetRequest, 'wanted'>;
}

/** Arguments of every list of papers. */
export const paperArgs = {
  ...builder.args((t) => ({
    filter: t.field({ type: PaperFilter, description: 'Selects papers; all papers if absent.' }),
    orderBy: t.field({
      type: PaperOrder,
      description: 'Defaults to RELEVANCE where the filter searches (outside `not`), else to NEWEST.',
    }),
  })),
  ...pageArgs,
};

/** Resolves a list of papers. Rejects with the errors of the catalogue. */
export async function resolvePapers(
  field: PaperField,
  { args, context, info, parent }: Call<PaperArgs>,
): Promise<PaperPage> {
  const ordered = { ...args, orderBy: args.orderBy ?? defaultOrder(args.filter) };
  const page = await resolvePage(field, {
    args: ordered,
    context,
    info,
    ...(parent !== undefined && { parent }),
  });
  return { ...page, of: { field, args: ordered, parent } };
}
