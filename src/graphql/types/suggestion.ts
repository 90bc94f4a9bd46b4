import { found } from '../../reads/lookups.ts';
import type { Suggestion as Suggested } from '../../reads/suggest.ts';
import { builder } from '../builder.ts';
import { refusing } from '../errors.ts';
import { Author, Category, Paper } from '../refs.ts';
import { TextRange } from './paper-edge.ts';

const SuggestionKind = builder.enumType('SuggestionKind', {
  description: 'What can be suggested.',
  values: {
    AUTHOR: { description: 'By name.' },
    CATEGORY: { description: 'By code, alias or name.' },
    PAPER: { description: 'By title.' },
  } as const,
});

const TYPES = { AUTHOR: 'Author', CATEGORY: 'Category', PAPER: 'Paper' } as const;

const SuggestionSubject = builder.unionType('SuggestionSubject', {
  description: 'What is suggested.',
  types: [Author, Category, Paper],
});

const Suggestion = builder.objectRef<Suggested>('Suggestion').implement({
  description: 'What a caller may be about to type.',
  fields: (t) => ({
    text: t.exposeString('text', {
      description: "The author's name, the paper's title, the category's name and code.",
    }),
    ranges: t.expose('ranges', { type: [TextRange], description: 'Where `text` matched.' }),
    subject: t.field({
      type: SuggestionSubject,
      description: 'What it is.',
      resolve: async ({ kind, id }, _args, { reads }) => {
        const load = { AUTHOR: reads.authorById, CATEGORY: reads.categoryById, PAPER: reads.paperById }[kind];
        return { ...found(await load(id)), __typename: TYPES[kind] };
      },
    }),
  }),
});

builder.queryField('suggest', (t) =>
  t.field({
    type: [Suggestion],
    description: `Authors, categories and titles whose words begin with those typed, most papers (of titles: the newest) first, kinds in turn;
then those spelt much like it. New kinds are added to the enum, never to this default.`,
    args: {
      prefix: t.arg.string({
        required: true,
        description: 'What has been typed so far: at most 200 characters.',
      }),
      kinds: t.arg({
        type: [SuggestionKind],
        required: true,
        defaultValue: ['AUTHOR', 'CATEGORY', 'PAPER'],
        description: 'What to suggest.',
      }),
      first: t.arg.int({ required: true, defaultValue: 10, description: 'At most this many: 0 to 100.' }),
    },
    resolve: async (_root, args, { reads }) => await refusing(async () => await reads.suggest(args)),
  }),
);
