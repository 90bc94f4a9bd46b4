import type { Highlight as Found } from '../../reads/highlights.ts';
import { builder } from '../builder.ts';
import { Papers, Summary } from '../refs.ts';

export const TextRange = builder.objectRef<Found['ranges'][number]>('TextRange').implement({
  description: 'UTF-16 code units of the text beside it, as in JavaScript; `end` is exclusive.',
  fields: (t) => ({
    start: t.exposeInt('start', { description: 'The first of them, from 0.' }),
    end: t.exposeInt('end', { description: 'Behind the last of them.' }),
  }),
});

const HighlightField = builder.enumType('HighlightField', {
  description: 'A text of a paper.',
  values: {
    TITLE: { description: '`Paper.title`' },
    ABSTRACT: { description: '`Paper.abstract`' },
    TLDR: { description: '`Summary.tldr`' },
    MOTIVATION: { description: '`Summary.motivation`' },
    METHOD: { description: '`Summary.method`' },
    RESULT: { description: '`Summary.result`' },
    CONCLUSION: { description: '`Summary.conclusion`' },
    OTHER: { description: 'A section of `Summary.sections` without a field of its own.' },
  } as const,
});

const Highlight = builder.objectRef<Found>('Highlight').implement({
  description: 'A text in which something that was searched for stands.',
  fields: (t) => ({
    field: t.expose('field', { type: HighlightField, description: 'Which text.' }),
    summary: t.expose('summary', {
      type: Summary,
      nullable: true,
      description: 'The summary that an AI field is taken from; null for title and abstract.',
    }),
    text: t.exposeString('text', { description: 'The whole stored field, unescaped.' }),
    ranges: t.expose('ranges', { type: [TextRange], description: 'In order, not overlapping.' }),
  }),
});

builder.objectFields(Papers.edge, (t) => ({
  score: t.float({
    nullable: true,
    description: 'Null where the filter does not search; comparable within one list only.',
    resolve: ({ row }) => row.score,
  }),
  highlights: t.field({
    type: [Highlight],
    description:
      'Title, abstract, then AI text of current entries, newest first. Empty where the filter does not search (outside `not`).',
    resolve: async ({ row, page }, _args, { reads }) => await reads.highlights(row, page.highlightTerms),
  }),
}));
