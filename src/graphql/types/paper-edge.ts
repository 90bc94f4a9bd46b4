import type { Highlight as Found } from '../../reads/highlights.ts';
import { builder } from '../builder.ts';
import { Papers, Summary } from '../refs.ts';

/** A match within a text. JavaScript's string methods take its numbers as they are. */
export const TextRange = builder.objectRef<Found['ranges'][number]>('TextRange').implement({
  description: 'A range of a text, in UTF-16 code units as in JavaScript. `end` is exclusive.',
  fields: (t) => ({
    start: t.exposeInt('start', { description: 'Offset of the first code unit, from 0.' }),
    end: t.exposeInt('end', { description: 'Offset after the last code unit.' }),
  }),
});

/** The texts that are searched one by one for highlights; the search itself takes them as one text. */
const HighlightField = builder.enumType('HighlightField', {
  description: 'A text of a paper in which a search can match.',
  values: {
    TITLE: { description: 'The title of the paper, as in `Paper.title`.' },
    ABSTRACT: { description: 'The abstract of the paper, as in `Paper.abstract`.' },
    TLDR: { description: 'The TL;DR of a summary, as in `Summary.tldr`.' },
    MOTIVATION: { description: 'The motivation in a summary, as in `Summary.motivation`.' },
    METHOD: { description: 'The method in a summary, as in `Summary.method`.' },
    RESULT: { description: 'The result in a summary, as in `Summary.result`.' },
    CONCLUSION: { description: 'The conclusion in a summary, as in `Summary.conclusion`.' },
    OTHER: { description: 'Any other part of a summary, as in `Summary.sections`.' },
  } as const,
});

/**
 * Returns whole texts and positions instead of marked-up excerpts, so that clients choose markup and
 * length.
 */
const Highlight = builder.objectRef<Found>('Highlight').implement({
  description: 'A text of a paper that matches the search, with the positions of the matches.',
  fields: (t) => ({
    field: t.expose('field', { type: HighlightField, description: 'Which text of the paper matches.' }),
    summary: t.expose('summary', {
      type: Summary,
      nullable: true,
      description: 'Summary that contains the AI text. Null for title and abstract.',
    }),
    text: t.exposeString('text', { description: 'The whole text as stored, without escaping for HTML.' }),
    ranges: t.expose('ranges', {
      type: [TextRange],
      description: 'Matches in `text`, in order and without overlaps.',
    }),
  }),
});

// On the edge, because both depend on the search of the list. The same paper has other highlights in
// another list.
builder.objectFields(Papers.edge, (t) => ({
  score: t.float({
    nullable: true,
    description: `Relevance of the paper; higher is better. Null if the filter does not search. Scores are
comparable only within one list.`,
    resolve: ({ row }) => row.score ?? null,
  }),
  highlights: t.field({
    type: [Highlight],
    description: `Texts that match the search: title, abstract, then AI text of current entries, newest
first. Empty if the filter does not search (outside \`not\`).`,
    resolve: async ({ row, page }, _args, { reads }) => await reads.highlights(row, page.highlightTerms),
  }),
}));
