import type { PaperFilter as Filter } from '../reads/filters/paper-filter.ts';
import { builder } from './builder.ts';
import { CATEGORY_VALUES, FILTER_RULES, LANGUAGE_VALUES } from './descriptions.ts';

/** A range of days, of which either end may be open. */
export const DateRange = builder.inputType('DateRange', {
  description:
    'A range of days. Both ends are inclusive; an absent end is open. `from` after `to` is BAD_USER_INPUT.',
  fields: (t) => ({
    from: t.field({ type: 'Date', description: 'First day, inclusive. If absent, the range has no start.' }),
    to: t.field({ type: 'Date', description: 'Last day, inclusive. If absent, the range has no end.' }),
  }),
});

/**
 * Selects papers. Declared before it is implemented, because it contains itself: `and`, `or` and `not`.
 * Its SQL is in reads/filters/.
 */
export const PaperFilter = builder.inputRef<Filter>('PaperFilter');

// GraphiQL shows only the first paragraph in its list of fields, so that one must suffice for a first search.
const SEARCH = `Full-text search over title, abstract and the AI text of all current entries, taken as one
text. A search is therefore not an (entry) condition. In the feed, an event is searched with the AI text of
its own entry alone.
- **Syntax**: Words, \`"phrases"\`, \`begin*\` (words with this beginning), \`-word\` or \`NOT word\`, \`OR\`
  (lowest precedence), \`AND\` (the same as a space), and parentheses. \`title:\`, \`author:\` and
  \`category:\` search one field. \`author:\` needs all its words in one name, adjacent if quoted, and
  ignores case and accents. \`category:\` takes the values of \`categories\`. arXiv's \`ti:\`, \`au:\`,
  \`cat:\`, \`abs:\`, \`all:\` and \`ANDNOT\` work as on arXiv. Any other \`word:\` is text. A syntax
  error is BAD_USER_INPUT with its position.
- **Matches**: English words match by their stems, acronyms also by their plurals, and words with
  punctuation as a whole or by their parts. Chinese, Japanese and Korean match as written, without
  spaces; traditional and simplified Chinese match each other. An arXiv id in any form finds its paper
  first. Stop words are ignored. Text without a letter or digit matches nothing.
- **Limits**: At most 1,000 characters, 10,000 in all searches of a filter, and 20 levels of
  parentheses.`;

PaperFilter.implement({
  description: `Selects papers. It means the same in lists, counts, facets, the feed and subscriptions.

All fields must match; within a list, one matching value is enough. An absent or null field does not filter.
An empty list matches nothing, as does \`or: []\`, while \`and: []\` matches all papers. \`not\` is the exact
complement of the whole object in it: \`not: {a, b}\` is not(a and b). A condition is true or false for
every paper, never unknown. Values that do not exist match nothing.

Fields marked (entry) describe a digest entry. Within one object, they must all match one and the same
entry. To let different entries match, combine objects with \`and\`.

In the feed, a filter sees a paper as its ingest left it, with the entry of the event as its only entry.
Live and replayed events therefore match alike.

A filter has at most 50 objects, 5 levels, and 100 values per list. A larger one is BAD_USER_INPUT.`,
  fields: (t) => ({
    search: t.string({ description: SEARCH }),
    arxivIds: t.stringList({
      description: 'Matches arXiv ids in any form that `PaperBy.arxivId` takes. The version is ignored.',
    }),
    categories: t.stringList({
      description: `Matches categories of the paper, cross-lists included.
${CATEGORY_VALUES}`,
    }),
    primaryCategories: t.stringList({
      description: `Matches the primary category of the paper.
${CATEGORY_VALUES}`,
    }),
    authors: t.stringList({ description: 'Matches whole names of authors, ignoring case and accents.' }),
    authorIds: t.idList({ description: 'Matches ids of authors, as in `Author.id`.' }),
    hasCode: t.boolean({
      description: 'If true, matches papers with a `codeUrl`; if false, papers without one.',
    }),
    // The fields marked (entry) become one condition on one entry: see ENTRY_CONDITIONS in
    // reads/filters/paper-filter.ts. A field marked here must be added there, and the other way round.
    digestDates: t.field({ type: DateRange, description: '(entry) Matches the day of the digest.' }),
    languages: t.stringList({
      description: `(entry) Matches the language of the digest.
${LANGUAGE_VALUES}`,
    }),
    sources: t.stringList({ description: '(entry) Matches exact names of sources, as in `Source.name`.' }),
    hasSummary: t.boolean({
      description:
        '(entry) If true, matches entries with AI text (COMPLETE or PARTIAL); if false, entries without.',
    }),
    and: t.field({
      type: [PaperFilter],
      description: 'Matches papers that match all of these filters. An empty list matches all papers.',
    }),
    or: t.field({
      type: [PaperFilter],
      description: 'Matches papers that match at least one of these filters. An empty list matches no paper.',
    }),
    not: t.field({ type: PaperFilter, description: 'Matches papers that do not match this filter.' }),
  }),
});

/** Selects authors. */
export const AuthorFilter = builder.inputType('AuthorFilter', {
  description: `Selects authors. ${FILTER_RULES}`,
  fields: (t) => ({
    search: t.string({
      description: `Matches names that contain all of these words, in any order; misspelt names match too.
At most 200 characters, else BAD_USER_INPUT. Text without a letter or digit matches nothing.`,
    }),
    names: t.stringList({ description: 'Matches whole names, ignoring case and accents.' }),
    categories: t.stringList({
      description: `Matches authors with a paper in one of these categories.
${CATEGORY_VALUES}`,
    }),
    minPaperCount: t.int({ description: 'Matches authors with at least this many papers.' }),
  }),
});

/** Selects digests, in lists, the feed and subscriptions alike. */
export const DigestFilter = builder.inputType('DigestFilter', {
  description: `Selects digests. ${FILTER_RULES}`,
  fields: (t) => ({
    dates: t.field({ type: DateRange, description: 'Matches the day of the digest.' }),
    languages: t.stringList({
      description: `Matches the language of the digest.
${LANGUAGE_VALUES}`,
    }),
    sources: t.stringList({ description: 'Matches exact names of sources, as in `Source.name`.' }),
    raw: t.boolean({
      description: 'If true, matches raw listings, which have no AI text; if false, digests with AI text.',
    }),
  }),
});

// Every order ends with a unique key, so that it is total: keyset paging needs to tell any two rows apart.

/** Sort orders of papers. */
export const PaperOrder = builder.enumType('PaperOrder', {
  description: 'Sort order of papers. Papers that compare equal are sorted by arXiv id, newest first.',
  values: {
    NEWEST: { description: 'Latest `firstDigestDate` first.' },
    OLDEST: { description: 'Earliest `firstDigestDate` first.' },
    RELEVANCE: {
      description: `Best match first; the scores of several searches add up. Without a search outside
\`not\` it is BAD_USER_INPUT.`,
    },
    TITLE: { description: 'By title, ignoring case and accents.' },
    MOST_STARS: { description: 'Most `codeStars` first; papers without stars last.' },
  } as const,
});

/** Sort orders of authors. */
export const AuthorOrder = builder.enumType('AuthorOrder', {
  description: 'Sort order of authors. Authors that compare equal are sorted by exact name.',
  values: {
    NAME: { description: 'By name, ignoring case and accents.' },
    PAPER_COUNT: { description: 'Most papers first.' },
  } as const,
});

/** Sort orders of categories. */
export const CategoryOrder = builder.enumType('CategoryOrder', {
  description: 'Sort order of categories. Categories that compare equal are sorted by code.',
  values: {
    CODE: { description: 'By code.' },
    PAPER_COUNT: { description: 'Most papers first.' },
  } as const,
});

/** Sort orders of digests. */
export const DigestOrder = builder.enumType('DigestOrder', {
  description: 'Sort order of digests. Digests of one day are sorted by when they were first stored.',
  values: {
    NEWEST: { description: 'Latest day first.' },
    OLDEST: { description: 'Earliest day first.' },
  } as const,
});
