import type { PaperFilter as Filter } from '../reads/filters/paper-filter.ts';
import { builder } from './builder.ts';

export const DateRange = builder.inputType('DateRange', {
  description: 'Both ends inclusive; an absent one is open; `from` after `to` is BAD_USER_INPUT.',
  fields: (t) => ({
    from: t.field({ type: 'Date', description: 'The first day.' }),
    to: t.field({ type: 'Date', description: 'The last day.' }),
  }),
});

const LANGUAGES = `Language of the digest: BCP 47 or an English name; \`zh\` covers \`zh-Hant\`; \`und\`. Its own name will do too. \`zh-CN\`
and \`zh-Hans\` are \`zh\`. A tag with a country, as browsers have it, also covers what it is cut to: \`zh-Hant-TW\` covers
\`zh-Hant\` and \`zh\`, \`en-GB\` covers \`en\`.`;

export const PaperFilter = builder.inputRef<Filter>('PaperFilter');

PaperFilter.implement({
  description: `All fields must hold; within a list any one suffices. Absent or null asks nothing; an empty list matches nothing, as
does \`or: []\`, while \`and: []\` matches all. \`not\` is the exact complement of the whole object in it: \`not: {a, b}\` is
not(a and b). A condition is true or false for every paper, never unknown. Values that do not exist match nothing.
Fields marked (entry) that stand in one object speak of one and the same digest entry; for different entries use \`and\`.
An event is judged on the paper as its ingest left it, with the event's own entry as its only one: live and replayed alike.
At most 50 objects, 5 deep, 100 values a list.`,
  fields: (t) => ({
    search: t.string({
      description: `Words, "phrases", \`-word\`, \`OR\` (binds loosest), parentheses, \`author:\`, \`category:\`, \`title:\`, over title, abstract and the
AI text of all current entries (an event: its own) taken as one text; so not an (entry) condition. \`author:\` wants its
words in one name, adjacent if quoted, case and accents folded; \`category:\` is as \`categories\`. A syntax error is
BAD_USER_INPUT with its position. \`AND\` is as between words, \`NOT word\` as \`-word\`; \`begin*\` finds words by their beginning.
arXiv's \`au:\`, \`cat:\`, \`ti:\`, \`abs:\`, \`all:\` and \`ANDNOT\` mean what they mean there; any other \`word:\` is text. English words are
found by their stems, acronyms by their plurals, words with signs in them whole or by their parts; Han, kana and Hangul as
written, without spaces, traditional and simplified alike. An arXiv id, in any form, finds its paper first. Stop words ask
nothing; text without a letter or digit finds nothing. At most 1,000 characters, 10,000 in all searches of a filter, and 20
levels of parentheses.`,
    }),
    arxivIds: t.stringList({
      description: 'In any form that `PaperBy.arxivId` takes; the version is ignored.',
    }),
    categories: t.stringList({
      description:
        'Cross-lists too; `cs.*` is an archive; aliases resolve. In any case; `cs` is an archive too, and a name will do: `Machine Learning` is `cs.LG` and `stat.ML`.',
    }),
    primaryCategories: t.stringList({ description: 'As `categories`, of the primary category alone.' }),
    authors: t.stringList({ description: 'Whole names, case and accents folded.' }),
    authorIds: t.idList({ description: 'Ids of authors.' }),
    hasCode: t.boolean({ description: 'Has a `codeUrl`.' }),
    digestDates: t.field({ type: DateRange, description: '(entry) Day of the digest.' }),
    languages: t.stringList({ description: `(entry) ${LANGUAGES}` }),
    sources: t.stringList({ description: '(entry) Exact names of sources.' }),
    hasSummary: t.boolean({ description: '(entry) Has AI text, COMPLETE or PARTIAL.' }),
    and: t.field({ type: [PaperFilter], description: 'All of them hold; none given is all papers.' }),
    or: t.field({ type: [PaperFilter], description: 'At least one of them holds; none given is no paper.' }),
    not: t.field({ type: PaperFilter, description: 'It does not hold.' }),
  }),
});

export const AuthorFilter = builder.inputType('AuthorFilter', {
  description: 'Rules as in PaperFilter.',
  fields: (t) => ({
    search: t.string({
      description:
        'Names that have its words, in any order; misspelt ones too; none for signs alone. At most 200 characters.',
    }),
    names: t.stringList({ description: 'Whole names, case and accents folded.' }),
    categories: t.stringList({ description: 'Has a paper in one of them; values as in PaperFilter.' }),
    minPaperCount: t.int({ description: 'Has at least so many papers.' }),
  }),
});

export const DigestFilter = builder.inputType('DigestFilter', {
  description: 'Rules as in PaperFilter.',
  fields: (t) => ({
    dates: t.field({ type: DateRange, description: 'Day of the digest.' }),
    languages: t.stringList({ description: LANGUAGES }),
    sources: t.stringList({ description: 'Exact names of sources.' }),
    raw: t.boolean({ description: 'Without AI text.' }),
  }),
});

export const PaperOrder = builder.enumType('PaperOrder', {
  description: 'Each is a total order: ties go by arXiv id, newest first.',
  values: {
    NEWEST: { description: 'By `firstDigestDate`, latest first.' },
    OLDEST: { description: 'By `firstDigestDate`, earliest first.' },
    RELEVANCE: {
      description:
        'Best match first. Needs a search outside `not`, else BAD_USER_INPUT; several searches add up.',
    },
    TITLE: { description: 'By title, case and accents folded.' },
    MOST_STARS: { description: 'By `codeStars`, papers without any last.' },
  } as const,
});

export const AuthorOrder = builder.enumType('AuthorOrder', {
  description: 'Each is a total order: ties go by exact name.',
  values: {
    NAME: { description: 'By name, case and accents folded.' },
    PAPER_COUNT: { description: 'Most papers first.' },
  } as const,
});

export const CategoryOrder = builder.enumType('CategoryOrder', {
  description: 'Each is a total order: ties go by code.',
  values: {
    CODE: { description: 'By code.' },
    PAPER_COUNT: { description: 'Most papers first.' },
  } as const,
});

export const DigestOrder = builder.enumType('DigestOrder', {
  description: 'Each is a total order: digests of one day go by when the store first met them.',
  values: {
    NEWEST: { description: 'Latest day first.' },
    OLDEST: { description: 'Earliest day first.' },
  } as const,
});
