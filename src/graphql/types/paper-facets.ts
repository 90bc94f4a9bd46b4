import { isObjectType, type GraphQLResolveInfo } from 'graphql';
import type { Bucket, Interval } from '../../reads/timeline.ts';
import type { DateRange as Dates } from '../../reads/filters/conditions.ts';
import type { FacetValue, FacetWant } from '../../reads/facet-sql.ts';
import type { Facets } from '../../reads/facets.ts';
import { found } from '../../reads/lookups.ts';
import { nodeId } from '../../reads/paging/node-id.ts';
import type { PaperFilter } from '../../reads/filters/paper-filter.ts';
import { builder } from '../builder.ts';
import { refusing } from '../errors.ts';
import { DateRange } from '../inputs.ts';
import { Author, Category, Papers, Source } from '../refs.ts';
import { selectedFields } from '../selection.ts';

/** What was worked out of a list's facets. */
interface FacetsOf {
  readonly facets: Facets;
  readonly filter: PaperFilter | null | undefined;
}

const Facet = builder.interfaceRef<FacetValue>('Facet').implement({
  description:
    'Most papers first; counts may add up to more than `totalCount`, as a paper can have several values.',
  fields: (t) => ({
    value: t.exposeString('value', { description: 'As the PaperFilter field of this facet takes it.' }),
    count: t.exposeInt('count', { description: 'Papers that meet the whole filter and have this value.' }),
  }),
});

const CategoryFacet = builder.objectRef<FacetValue>('CategoryFacet').implement({
  description: 'A category, cross-lists included.',
  interfaces: [Facet],
  fields: (t) => ({
    category: t.field({
      type: Category,
      description: 'The category.',
      resolve: async ({ id }, _args, { reads }) => found(await reads.categoryById(id)),
    }),
  }),
});

const AuthorFacet = builder.objectRef<FacetValue>('AuthorFacet').implement({
  description: "An author; `value` is the author's id, for `authorIds`.",
  interfaces: [Facet],
  fields: (t) => ({
    value: t.string({
      description: "The author's id, for `authorIds`.",
      resolve: ({ value }) => nodeId('Author', value),
    }),
    author: t.field({
      type: Author,
      description: 'The author.',
      resolve: async ({ id }, _args, { reads }) => found(await reads.authorById(id)),
    }),
  }),
});

const SourceFacet = builder.objectRef<FacetValue>('SourceFacet').implement({
  description: 'A source of digests that print the paper.',
  interfaces: [Facet],
  fields: (t) => ({
    source: t.field({
      type: Source,
      description: 'The source.',
      resolve: async ({ id }, _args, { reads }) => found(await reads.sourceById(id)),
    }),
  }),
});

const LanguageFacet = builder.objectRef<FacetValue>('LanguageFacet').implement({
  description: 'A language of digests that print the paper; `zh` counts `zh-Hant` too.',
  interfaces: [Facet],
});

const TimelineBucket = builder.objectRef<Bucket>('TimelineBucket').implement({
  description: 'A day, week or month.',
  fields: (t) => ({
    start: t.expose('start', { type: 'Date', description: 'Its first day.' }),
    count: t.exposeInt('count', { description: 'Papers with an entry in it.' }),
  }),
});

const TimelineInterval = builder.enumType('TimelineInterval', {
  description: 'How long a bucket is.',
  values: {
    DAY: { description: 'A day.' },
    WEEK: { description: 'From Monday.' },
    MONTH: { description: 'A calendar month.' },
  } as const,
});

const TOP = { required: true, defaultValue: 20, description: 'At most this many: 0 to 100.' } as const;

const PaperFacets = builder.objectRef<FacetsOf>('PaperFacets').implement({
  description: 'What the papers of a list have, counted over its whole filter.',
  fields: (t) => ({
    categories: t.field({
      type: [CategoryFacet],
      description: 'Their categories, cross-lists included.',
      args: { first: t.arg.int(TOP) },
      resolve: ({ facets }, { first }) => facets.values({ facet: 'categories', first }),
    }),
    authors: t.field({
      type: [AuthorFacet],
      description: 'Their authors.',
      args: { first: t.arg.int(TOP) },
      resolve: ({ facets }, { first }) => facets.values({ facet: 'authors', first }),
    }),
    sources: t.field({
      type: [SourceFacet],
      description: 'The sources that print them.',
      args: { first: t.arg.int(TOP) },
      resolve: ({ facets }, { first }) => facets.values({ facet: 'sources', first }),
    }),
    languages: t.field({
      type: [LanguageFacet],
      description: 'The languages of the digests that print them.',
      resolve: ({ facets }) => facets.values({ facet: 'languages' }),
    }),
    withCode: t.int({
      description: 'Those with a `codeUrl`.',
      resolve: ({ facets }) => facets.values({ facet: 'withCode' })[0]?.count ?? 0,
    }),
    withSummary: t.int({
      description: 'Those with AI text in a current entry.',
      resolve: ({ facets }) => facets.values({ facet: 'withSummary' })[0]?.count ?? 0,
    }),
  }),
});

builder.objectField(PaperFacets, 'timeline', (t) =>
  t.field({
    type: [TimelineBucket],
    description: `Papers with an entry in each day, week (from Monday) or month, gaps as 0. \`dates\` defaults to the filter's, else to all. At most
1,000 buckets: more is BAD_USER_INPUT where \`dates\` names both ends, else the latest 1,000.`,
    args: {
      interval: t.arg({
        type: TimelineInterval,
        required: true,
        defaultValue: 'DAY',
        description: 'How long a bucket is.',
      }),
      dates: t.arg({ type: DateRange, description: 'Entries of these days alone.' }),
    },
    resolve: ({ facets, filter }, args) =>
      facets.timeline(timeline(args, filter)),
  }),
);

builder.objectField(Papers.page, 'facets', (t) =>
  t.field({
    type: PaperFacets,
    nullable: true,
    description:
      'Over the whole filter, not the page; null when not worked out in time, without harm to the page.',
    resolve: async ({ of }, _args, { reads }, info) => {
      const { filter } = of.args;
      const wanted = wantedFacets(info, filter);
      const facets = await refusing(async () => await reads.facets({ ...of, wanted }));
      return facets === null ? null : { facets, filter };
    },
  }),
);

/** All that is selected, so that it is worked out in one go. */
function wantedFacets(info: GraphQLResolveInfo, filter: FacetsOf['filter']): FacetWant[] {
  const type = info.schema.getType('PaperFacets');
  if (!isObjectType(type)) return [];
  const wanted = selectedFields(info, type).map(({ name, args }): FacetWant => {
    if (name === 'timeline') return timeline(args as unknown as TimelineArgs, filter);
    if (name === 'categories' || name === 'authors' || name === 'sources')
      return { facet: name, first: args['first'] as number };
    return { facet: name as 'languages' };
  });
  return [...new Map(wanted.map((want) => [JSON.stringify(want), want])).values()];
}

interface TimelineArgs {
  readonly interval: Interval;
  readonly dates?: Dates | null | undefined;
}

function timeline({ interval, dates }: TimelineArgs, filter: FacetsOf['filter']): FacetWant<'timeline'> {
  const range = dates ?? filter?.digestDates ?? undefined;
  return { facet: 'timeline', interval, dates: range, explicit: Boolean(dates) };
}
