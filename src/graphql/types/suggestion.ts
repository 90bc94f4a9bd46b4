import { found } from '../../reads/lookups.ts';
import type { Suggestion as Suggested } from '../../reads/suggest.ts';
import type { Reads } from '../../reads/reads.ts';
import { builder } from '../builder.ts';
import { refusing } from '../errors.ts';
import { Author, Category, Paper } from '../refs.ts';
import { selects } from '../selection.ts';
import { TextRange } from './paper-edge.ts';

const SuggestionKind = builder.enumType('SuggestionKind', {
  description: 'What can be suggested.',
  values: {
    AUTHOR: { description: 'By name.' },
    CATEGORY: { description: 'By code, alias or name.' },
    PAPER: { description: 'By title or arXiv id.' },
  } as const,
});

const TYPES = { AUTHOR: 'Author', CATEGORY: 'Category', PAPER: 'Paper' } as const;

const SuggestionSubject = builder.unionType('SuggestionSubject', {
  description: 'The author, category or paper that the text names.',
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
      resolve: async (suggested, _args, { reads }) => ({
        ...found(await subjectOf(suggested, reads)),
        __typename: TYPES[suggested.kind],
      }),
    }),
  }),
});

/** Null where it is gone. */
async function subjectOf({ kind, id }: Suggested, reads: Reads) {
  return await { AUTHOR: reads.authorById, CATEGORY: reads.categoryById, PAPER: reads.paperById }[kind](id);
}

/** Those that have a subject still: a removal may have come between the two. */
async function stillThere(suggested: readonly Suggested[], reads: Reads): Promise<Suggested[]> {
  const subjects = await Promise.all(suggested.map(async (each) => await subjectOf(each, reads)));
  return suggested.filter((_each, index) => subjects[index] !== null);
}

builder.queryField('suggest', (t) =>
  t.field({
    type: [Suggestion],
    description: `Authors, categories and titles whose words begin with those typed, most papers (of titles: the newest) first, kinds in turn;
then those spelt much like it. Of an arXiv id in any form, or its beginning, its papers alone. New kinds are added to the enum, never to this default.`,
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
    resolve: async (_root, args, { reads }, info) => {
      const suggested = await refusing(async () => await reads.suggest(args));
      return selects(info, 'subject') ? await stillThere(suggested, reads) : suggested;
    },
  }),
);
