import { isObjectType, type GraphQLResolveInfo } from 'graphql';
import type { Bucket, Interval } from '../../reads/timeline.ts';
import type { DateRange as Dates } from '../../reads/filters/conditions.ts';
import type { FacetValue, FacetWant } from '../../reads/facet-sql.ts';
import type { Facets } from '../../reads/facets.ts';
import { andThen } from '../../reads/cache/maybe.ts';
import { found } from '../../reads/lookups.ts';
import { nodeId } from '../../reads/paging/node-id.ts';
import type { PaperFilter } from '../../reads/filters/paper-filter.ts';
import { builder } from '../builder.ts';
import { upTo } from '../descriptions.ts';
import { DateRange } from '../inputs.ts';
import { Author, Category, Papers, Source } from '../refs.ts';
import { selectedFields } from '../selection.ts';

/** The counted facets, with the filter of their list: its days are the default days of a timeline. */
interface FacetsOf {
  readonly facets: Facets;
  readonly filter: PaperFilter | null | undefined;
}

/** What all facets share. `value` can be passed to the filter unchanged, to narrow a list to that facet. */
const Facet = builder.interfaceRef<FacetValue>('Facet').implement({
  description: `A value that papers of a list have, and how many papers have it. Values with most papers
come first. A paper can have several values, so counts may add up to more than \`totalCount\`.`,
  fields: (t) => ({
    value: t.exposeString('value', {
      description:
        'The value as the corresponding field of `PaperFilter` takes it, such as `cs.LG` for `categories`.',
    }),
    count: t.exposeInt('count', {
      description: 'Number of papers that match the whole filter and have this value.',
    }),
  }),
});

const CategoryFacet = builder.objectRef<FacetValue>('CategoryFacet').implement({
  description: 'A category, and how many papers of the list are in it, cross-lists included.',
  interfaces: [Facet],
  fields: (t) => ({
    category: t.field({
      type: Category,
      description: 'Category that the papers have.',
      resolve: ({ id }, _args, { reads }) => andThen(reads.categoryById(id), found),
    }),
  }),
});

const AuthorFacet = builder.objectRef<FacetValue>('AuthorFacet').implement({
  description: `An author, and how many papers of the list name the author. \`value\` is the author's id, for
\`PaperFilter.authorIds\`.`,
  interfaces: [Facet],
  fields: (t) => ({
    value: t.string({
      description: "The author's id, for `PaperFilter.authorIds`.",
      resolve: ({ value }) => nodeId('Author', value),
    }),
    author: t.field({
      type: Author,
      description: 'Author of the papers.',
      resolve: ({ id }, _args, { reads }) => andThen(reads.authorById(id), found),
    }),
  }),
});

const SourceFacet = builder.objectRef<FacetValue>('SourceFacet').implement({
  description: 'A source, and how many papers of the list are in its digests.',
  interfaces: [Facet],
  fields: (t) => ({
    source: t.field({
      type: Source,
      description: 'Source of the digests that contain the papers.',
      resolve: ({ id }, _args, { reads }) => andThen(reads.sourceById(id), found),
    }),
  }),
});

const LanguageFacet = builder.objectRef<FacetValue>('LanguageFacet').implement({
  description: `A language, and how many papers of the list are in digests of this language. The count of
\`zh\` includes \`zh-Hant\`.`,
  interfaces: [Facet],
});

const TimelineBucket = builder.objectRef<Bucket>('TimelineBucket').implement({
  description: 'A day, week or month of a timeline.',
  fields: (t) => ({
    start: t.expose('start', { type: 'Date', description: 'First day of the bucket.' }),
    count: t.exposeInt('count', { description: 'Number of papers with a digest entry in the bucket.' }),
  }),
});

/** Weeks start on Monday, as in ISO 8601. */
const TimelineInterval = builder.enumType('TimelineInterval', {
  description: 'Length of the buckets of a timeline.',
  values: {
    DAY: { description: 'One day.' },
    WEEK: { description: 'One week, from Monday.' },
    MONTH: { description: 'One calendar month.' },
  } as const,
});

const TOP = { required: true, defaultValue: 20, description: upTo(20) } as const;

const PaperFacets = builder.objectRef<FacetsOf>('PaperFacets').implement({
  description: 'Counts over all papers that match the filter of a list, not only over its page.',
  fields: (t) => ({
    categories: t.field({
      type: [CategoryFacet],
      description: 'Categories of the papers, cross-lists included; those with most papers first.',
      args: { first: t.arg.int(TOP) },
      resolve: ({ facets }, { first }) => facets.values({ facet: 'categories', first }),
    }),
    authors: t.field({
      type: [AuthorFacet],
      description: 'Authors of the papers; those with most papers first.',
      args: { first: t.arg.int(TOP) },
      resolve: ({ facets }, { first }) => facets.values({ facet: 'authors', first }),
    }),
    sources: t.field({
      type: [SourceFacet],
      description: 'Sources of the digests that contain the papers; those with most papers first.',
      args: { first: t.arg.int(TOP) },
      resolve: ({ facets }, { first }) => facets.values({ facet: 'sources', first }),
    }),
    languages: t.field({
      type: [LanguageFacet],
      description: 'Languages of the digests that contain the papers; those with most papers first.',
      resolve: ({ facets }) => facets.values({ facet: 'languages' }),
    }),
    withCode: t.int({
      description: 'Number of papers with a `codeUrl`.',
      resolve: ({ facets }) => facets.values({ facet: 'withCode' })[0]?.count ?? 0,
    }),
    withSummary: t.int({
      description: 'Number of papers with AI text in a current entry.',
      resolve: ({ facets }) => facets.values({ facet: 'withSummary' })[0]?.count ?? 0,
    }),
  }),
});

builder.objectField(PaperFacets, 'timeline', (t) =>
  t.field({
    type: [TimelineBucket],
    description: `Number of papers with an entry in each day, week (from Monday) or month, in order; a
bucket without papers has count 0. At most 1,000 buckets: more is BAD_USER_INPUT if \`dates\` has both ends,
otherwise the latest 1,000 are returned.`,
    args: {
      interval: t.arg({
        type: TimelineInterval,
        required: true,
        defaultValue: 'DAY',
        description: 'Length of a bucket; DAY by default.',
      }),
      dates: t.arg({
        type: DateRange,
        description:
          'Counts only entries of these days. Defaults to `digestDates` of the filter, else to all days.',
      }),
    },
    resolve: ({ facets, filter }, args) => facets.timeline(timeline(args, filter)),
  }),
);

// Nullable: counting may exceed its deadline, and must not fail the page (errors of non-null fields
// propagate).
builder.objectField(Papers.page, 'facets', (t) =>
  t.field({
    type: PaperFacets,
    nullable: true,
    description: `Counts over all papers that match the filter, not only over this page. Null if counting
takes more than 3 seconds; the page is not affected.`,
    resolve: ({ of }, _args, { reads }, info) => {
      const { filter } = of.args;
      const counted = reads.facets({ ...of, wanted: wantedFacets(info, filter) });
      return andThen(counted, (facets) => (facets === null ? null : { facets, filter }));
    },
  }),
);

/**
 * The facets that the operation selects. They are read together: one statement counts them all over one set
 * of papers.
 */
function wantedFacets(info: GraphQLResolveInfo, filter: FacetsOf['filter']): FacetWant[] {
  const type = info.schema.getType('PaperFacets');
  if (!isObjectType(type)) return [];
  // Validation has coerced the arguments by the schema above, which TypeScript cannot see: hence the casts.
  const wanted = selectedFields(info, type).map(({ name, args }): FacetWant => {
    if (name === 'timeline') return timeline(args as unknown as TimelineArgs, filter);
    if (name === 'categories' || name === 'authors' || name === 'sources')
      return { facet: name, first: args['first'] as number };
    return { facet: name as 'languages' };
  });
  // The same facet under two aliases is counted once.
  return [...new Map(wanted.map((want) => [JSON.stringify(want), want])).values()];
}

interface TimelineArgs {
  readonly interval: Interval;
  readonly dates?: Dates | null | undefined;
}

/** A timeline as the store's reader takes it; `explicit` if the caller chose its days. */
function timeline({ interval, dates }: TimelineArgs, filter: FacetsOf['filter']): FacetWant<'timeline'> {
  const range = dates ?? filter?.digestDates ?? undefined;
  return { facet: 'timeline', interval, dates: range, explicit: Boolean(dates) };
}
