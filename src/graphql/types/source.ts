import { andThen } from '../../reads/cache/maybe.ts';
import { digestsOfSource, sources } from '../../reads/lists/digests.ts';
import { nodeId, nodeKey } from '../../reads/paging/node-id.ts';
import type { SourceRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { BY_ID, idFrom, lookupBy } from '../descriptions.ts';
import { pageArgs, resolvePage, RowParent } from '../connection.ts';
import { Node } from '../node.ts';
import { Digests, Source, Sources } from '../refs.ts';
import { digestArgs } from './digest.ts';

/** The exact name is a source's natural key. */
const idOf = ({ name }: SourceRow): string => nodeId('Source', name);

Source.implement({
  description: 'A publisher of digests, such as a GitHub repository.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: idFrom('the name'), resolve: idOf }),
    name: t.exposeString('name', { description: 'Name of the source, such as `owner/repository`.' }),
    digestCount: t.int({
      description: 'Number of stored digests of this source.',
      // Counting groups rows by source; a source without digests has no row.
      resolve: ({ id }, _args, { reads }) =>
        andThen(reads.digestCountOfSource(id), ([counted]) => counted?.count ?? 0),
    }),
    digests: t.field({
      type: Digests.page,
      description: 'Digests of this source.',
      args: { ...digestArgs, ...pageArgs },
      resolve: (source, args, context, info) =>
        resolvePage(digestsOfSource, { args, context, info, parent: new RowParent(source, idOf) }),
    }),
  }),
});

const SourceBy = builder.inputType('SourceBy', {
  isOneOf: true,
  description: lookupBy('a source'),
  fields: (t) => ({
    id: t.id({ description: BY_ID }),
    name: t.string({ description: 'Exact name of the source.' }),
  }),
});

builder.queryFields((t) => ({
  source: t.field({
    type: Source,
    nullable: true,
    description: 'Looks up a source. Null if no digest of it is stored.',
    args: {
      by: t.arg({
        type: SourceBy,
        required: true,
        description: 'The source to look up, by id or by exact name.',
      }),
    },
    resolve: (_root, { by }, { reads }) => {
      const key = typeof by.id === 'string' ? nodeKey('Source', by.id) : (by.name ?? '');
      return key === undefined ? null : reads.sourceByName(key);
    },
  }),
  sources: t.field({
    type: Sources.page,
    description: 'All sources, sorted by name.',
    args: pageArgs,
    resolve: (_root, args, context, info) => resolvePage(sources, { args, context, info }),
  }),
}));
