import { allOf, andThen } from '../../reads/cache/maybe.ts';
import { found } from '../../reads/lookups.ts';
import type { RelatedPaper as Related } from '../../reads/related.ts';
import { builder } from '../builder.ts';
import { upTo } from '../descriptions.ts';
import { Author, Paper } from '../refs.ts';

/**
 * Shows why a paper is related, so that a reader can judge: the terms and authors that the score is
 * computed from.
 */
const RelatedPaper = builder.objectRef<Related>('RelatedPaper').implement({
  description: 'A paper that shares terms or authors with another one, and what they share.',
  fields: (t) => ({
    paper: t.field({
      type: Paper,
      description: 'The related paper.',
      resolve: ({ paperId }, _args, { reads }) => andThen(reads.paperById(paperId), found),
    }),
    score: t.exposeFloat('score', {
      description: `How closely the papers are related; higher is closer. A shared term or author counts
more if fewer papers have it.`,
    }),
    sharedTerms: t.exposeStringList('sharedTerms', {
      description:
        'Words that both papers contain, as spelled in the paper that `related` belongs to. Rarest first.',
    }),
    sharedAuthors: t.field({
      type: [Author],
      description: 'Authors of both papers.',
      resolve: ({ sharedAuthors }, _args, { reads }) =>
        andThen(allOf(sharedAuthors.map(reads.authorById)), (authors) => authors.map(found)),
    }),
  }),
});

// A plain list without cursors: scores change with every ingest, so a cursor into it would lead nowhere.
// Nullable, so that a slow search for related papers nulls this field and not the paper.
builder.objectField(Paper, 'related', (t) =>
  t.field({
    type: [RelatedPaper],
    nullable: true,
    description: `Papers that share terms or authors with this one, closest first. Null if finding them
takes more than 3 seconds.`,
    args: {
      first: t.arg.int({ required: true, defaultValue: 10, description: upTo(10) }),
    },
    resolve: ({ id }, { first }, { reads }) => reads.related(id, first),
  }),
);
