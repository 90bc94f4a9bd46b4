import { found } from '../../reads/lookups.ts';
import type { RelatedPaper as Related } from '../../reads/related.ts';
import { builder } from '../builder.ts';
import { refusing } from '../errors.ts';
import { Author, Paper } from '../refs.ts';

const RelatedPaper = builder.objectRef<Related>('RelatedPaper').implement({
  description: 'A paper that has terms or authors in common with another, and which.',
  fields: (t) => ({
    paper: t.field({
      type: Paper,
      description: 'The paper.',
      resolve: async ({ paperId }, _args, { reads }) => found(await reads.paperById(paperId)),
    }),
    score: t.exposeFloat('score', {
      description:
        'The higher the nearer: each shared term and author counts the more the fewer papers have it.',
    }),
    sharedTerms: t.exposeStringList('sharedTerms', {
      description: 'Words of both, as the paper asked of writes them; the rarest first.',
    }),
    sharedAuthors: t.field({
      type: [Author],
      description: 'Authors of both.',
      resolve: async ({ sharedAuthors }, _args, { reads }) =>
        await Promise.all(sharedAuthors.map(async (id) => found(await reads.authorById(id)))),
    }),
  }),
});

builder.objectField(Paper, 'related', (t) =>
  t.field({
    type: [RelatedPaper],
    nullable: true,
    description: 'Nearest first. Null when it could not be worked out in time.',
    args: {
      first: t.arg.int({ required: true, defaultValue: 10, description: 'At most this many: 0 to 100.' }),
    },
    resolve: async ({ id }, { first }, { reads }) =>
      await refusing(async () => await reads.related(id, first)),
  }),
);
