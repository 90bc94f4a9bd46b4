import { digestsOfSource, sources } from '../../reads/lists/digests.ts';
import { nodeId, nodeKey } from '../../reads/paging/node-id.ts';
import type { SourceRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { pageArgs, resolvePage } from '../connection.ts';
import { Node } from '../node.ts';
import { Digests, Source, Sources } from '../refs.ts';
import { digestArgs } from './digest.ts';

const idOf = ({ name }: SourceRow): string => nodeId('Source', name);

Source.implement({
  description: 'One publisher of digests, such as a fork of the producer.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Made of the name.', resolve: idOf }),
    name: t.exposeString('name', { description: 'Such as `owner/repository`.' }),
    digestCount: t.int({
      description: 'Digests of it in the store.',
      resolve: async ({ id }, _args, { reads }) => {
        const [counted] = await reads.digestCountOfSource(id);
        return counted?.count ?? 0;
      },
    }),
    digests: t.field({
      type: Digests.page,
      description: 'What it has published.',
      args: { ...digestArgs, ...pageArgs },
      resolve: async (source, args, context, info) => {
        const parent = { id: source.id, nodeId: idOf(source) };
        return await resolvePage(digestsOfSource, { args, context, info, parent });
      },
    }),
  }),
});

const SourceBy = builder.inputType('SourceBy', {
  isOneOf: true,
  description: 'What names one source.',
  fields: (t) => ({
    id: t.id({ description: 'Its id.' }),
    name: t.string({ description: 'Its exact name.' }),
  }),
});

builder.queryFields((t) => ({
  source: t.field({
    type: Source,
    nullable: true,
    description: 'One source; null if no digest of it is stored.',
    args: { by: t.arg({ type: SourceBy, required: true, description: 'The source to look up.' }) },
    resolve: async (_root, { by }, { reads }) => {
      const key = typeof by.id === 'string' ? nodeKey('Source', by.id) : (by.name ?? '');
      return key === undefined ? null : await reads.sourceByName(key);
    },
  }),
  sources: t.field({
    type: Sources.page,
    description: 'All sources, by name.',
    args: pageArgs,
    resolve: async (_root, args, context, info) => await resolvePage(sources, { args, context, info }),
  }),
}));
