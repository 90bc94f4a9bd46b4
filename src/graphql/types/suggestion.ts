import { andThen, type Maybe } from '../../reads/cache/maybe.ts';
import type { AuthorRow, CategoryRow, PaperRow } from '../../reads/lists/rows.ts';
import { found } from '../../reads/lookups.ts';
import type { Suggestion as Suggested } from '../../reads/suggest.ts';
import type { Reads } from '../../reads/reads.ts';
import { builder } from '../builder.ts';
import { upTo } from '../descriptions.ts';
import { Author, Category, Paper } from '../refs.ts';
import { selects } from '../selection.ts';
import { TextRange } from './paper-edge.ts';

const SuggestionKind = builder.enumType('SuggestionKind', {
  description: 'A kind of suggestion.',
  values: {
    AUTHOR: { description: 'Authors, by name.' },
    CATEGORY: { description: 'Categories, by code, alias or name.' },
    PAPER: { description: 'Papers, by title or arXiv id.' },
  } as const,
});

/** The object type of each kind, by which graphql-js resolves the union. */
const TYPES = { AUTHOR: 'Author', CATEGORY: 'Category', PAPER: 'Paper' } as const;

const SuggestionSubject = builder.unionType('SuggestionSubject', {
  description: 'An author, category or paper that can be suggested.',
  types: [Author, Category, Paper],
});

const Suggestion = builder.objectRef<Suggested>('Suggestion').implement({
  description: 'A completion of a text that a user is typing.',
  fields: (t) => ({
    text: t.exposeString('text', {
      description:
        'Text to show: the name of the author, the title of the paper, or the name and code of the category.',
    }),
    ranges: t.expose('ranges', {
      type: [TextRange],
      description: 'Parts of `text` that match what was typed. Empty for an arXiv id.',
    }),
    subject: t.field({
      type: SuggestionSubject,
      description: 'The suggested author, category or paper.',
      resolve: (suggested, _args, { reads }) =>
        andThen(subjectOf(suggested, reads), (subject) => ({
          ...found(subject),
          __typename: TYPES[suggested.kind],
        })),
    }),
  }),
});

/** Reads the suggested object; null if it has been removed since. */
function subjectOf({ kind, id }: Suggested, reads: Reads): Maybe<AuthorRow | CategoryRow | PaperRow | null> {
  return { AUTHOR: reads.authorById, CATEGORY: reads.categoryById, PAPER: reads.paperById }[kind](id);
}

/**
 * Drops suggestions whose subject was removed after the search: `subject` is non-null, so one of them would
 * fail the list.
 */
async function stillThere(suggested: readonly Suggested[], reads: Reads): Promise<Suggested[]> {
  const subjects = await Promise.all(suggested.map(async (each) => await subjectOf(each, reads)));
  return suggested.filter((_each, index) => subjects[index] !== null);
}

builder.queryField('suggest', (t) =>
  t.field({
    type: [Suggestion],
    description: `Completes a text that a user is typing. Returns authors, categories and papers with words
that begin with the words of \`prefix\`. The kinds alternate: authors and categories with most papers
come first, and the newest papers. Similar spellings follow. If \`prefix\` is an arXiv id in any form, or its
beginning, only papers with that id are returned. New kinds are added to the enum, never to the
default of \`kinds\`.`,
    args: {
      prefix: t.arg.string({
        required: true,
        description: 'Text typed so far. At most 200 characters, else BAD_USER_INPUT.',
      }),
      kinds: t.arg({
        type: [SuggestionKind],
        required: true,
        // Written out: a kind that is added to the enum must not reach clients that do not know it.
        defaultValue: ['AUTHOR', 'CATEGORY', 'PAPER'],
        description:
          'Kinds of suggestions to return; all current kinds by default. New kinds never join the default.',
      }),
      first: t.arg.int({ required: true, defaultValue: 10, description: upTo(10) }),
    },
    resolve: async (_root, args, { reads }, info) => {
      const suggested = await reads.suggest(args);
      // Text alone needs no subjects, so a search box that shows only text pays for no look-ups.
      return selects(info, 'subject') ? await stillThere(suggested, reads) : suggested;
    },
  }),
);
