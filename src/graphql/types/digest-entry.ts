import { nodeId } from '../../reads/paging/node-id.ts';
import { andThen } from '../../reads/cache/maybe.ts';
import { found } from '../../reads/lookups.ts';
import { idFrom } from '../descriptions.ts';
import { Node } from '../node.ts';
import { Category, Digest, DigestEntry, Paper, Summary } from '../refs.ts';

// `found` asserts what a foreign key guarantees: an entry has a digest and a paper. It fails only if
// `remove` deletes the entry while the operation runs.
DigestEntry.implement({
  description: `One paper as one digest published it. Entries are never overwritten: an entry that changes
becomes a new one.`,
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      description:
        idFrom('the digest and the content of the entry') +
        ' It remains valid after a revision supersedes the entry.',
      resolve: ({ key }) => nodeId('DigestEntry', key),
    }),
    // Not part of the id: a later revision may move an entry without changing it.
    position: t.exposeInt('position', { description: 'Position in the whole digest, from 1.' }),
    digest: t.field({
      type: Digest,
      description: 'Digest that published the entry.',
      resolve: ({ digestId }, _args, { reads }) => andThen(reads.digestById(digestId), found),
    }),
    paper: t.field({
      type: Paper,
      description: 'The paper in its current state, which may differ from what the entry says.',
      resolve: ({ paperId }, _args, { reads }) => andThen(reads.paperById(paperId), found),
    }),
    category: t.field({
      type: Category,
      nullable: true,
      description: 'Category under which the digest lists the entry. Null if the digest names none.',
      resolve: ({ sectionId: id }, _args, { reads }) => (id === null ? null : reads.categoryById(id)),
    }),
    // A summary exists exactly if the entry has AI text, failed text included.
    summary: t.field({
      type: Summary,
      nullable: true,
      description: 'AI text of the entry. Null in a raw listing, which has no AI text.',
      resolve: ({ id }, _args, { reads }) => reads.summaryByEntryId(id),
    }),
  }),
});
