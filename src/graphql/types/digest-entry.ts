import { nodeId } from '../../reads/paging/node-id.ts';
import { found } from '../../reads/lookups.ts';
import { Node } from '../node.ts';
import { Category, Digest, DigestEntry, Paper, Summary } from '../refs.ts';

DigestEntry.implement({
  description: 'One paper as one digest printed it; never overwritten: a changed entry is another one.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      description:
        'Made of the digest and what the entry says; it stays good once a revision has superseded the entry.',
      resolve: ({ key }) => nodeId('DigestEntry', key),
    }),
    position: t.exposeInt('position', { description: 'From 1, over the whole digest.' }),
    digest: t.field({
      type: Digest,
      description: 'The digest that printed it.',
      resolve: async ({ digestId }, _args, { reads }) => found(await reads.digestById(digestId)),
    }),
    paper: t.field({
      type: Paper,
      description: 'The paper, as it stands now.',
      resolve: async ({ paperId }, _args, { reads }) => found(await reads.paperById(paperId)),
    }),
    category: t.field({
      type: Category,
      nullable: true,
      description: 'The section it stood in.',
      resolve: async ({ sectionId: id }, _args, { reads }) =>
        id === null ? null : await reads.categoryById(id),
    }),
    summary: t.field({
      type: Summary,
      nullable: true,
      description: 'Null in a raw listing.',
      resolve: async ({ id }, _args, { reads }) => await reads.summaryByEntryId(id),
    }),
  }),
});
