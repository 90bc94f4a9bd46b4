import { languageTags } from '../../language/language-range.ts';
import { languageTag } from '../../reads/filters/conditions.ts';
import { digests } from '../../reads/lists/digests.ts';
import { entriesOfDigest } from '../../reads/lists/entries.ts';
import type { CountedCategory } from '../../reads/short-lists.ts';
import type { DigestKey as Key } from '../../reads/lookups.ts';
import { nodeId, nodeKey } from '../../reads/paging/node-id.ts';
import type { DigestRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { BY_ID, CATEGORY_VALUES, idFrom, lookupBy, sortedBy } from '../descriptions.ts';
import { pageArgs, resolvePage, RowParent } from '../connection.ts';
import { DigestFilter, DigestOrder } from '../inputs.ts';
import { digestNodeKey, Node, parseDigestKey } from '../node.ts';
import { Category, Digest, DigestEntries, Digests, Source } from '../refs.ts';

/** Filter and order of `Query.digests` and `Source.digests`. */
export const digestArgs = builder.args((t) => ({
  filter: t.field({
    type: DigestFilter,
    description: 'Returns only digests that match this filter; all digests if absent.',
  }),
  orderBy: t.field({
    type: DigestOrder,
    required: true,
    defaultValue: 'NEWEST',
    description: sortedBy('NEWEST'),
  }),
}));

/** The rows are categories with a count, so a row also serves as the value of `category`. */
const DigestCategory = builder.objectRef<CountedCategory>('DigestCategory').implement({
  description: 'A category of a digest, with the number of entries.',
  fields: (t) => ({
    category: t.field({
      type: Category,
      description: 'Category under which the digest lists entries.',
      resolve: (row) => row,
    }),
    entryCount: t.exposeInt('count', { description: "Number of the digest's entries in this category." }),
  }),
});

/** Source, date and language identify a digest; its revisions share one id. */
const idOf = (digest: DigestRow): string => nodeId('Digest', digestNodeKey(digest));

Digest.implement({
  description: 'The papers that one source published for one day in one language.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: idFrom('source, date and language'), resolve: idOf }),
    date: t.expose('date', { type: 'Date', description: 'Day that the digest covers.' }),
    language: t.exposeString('language', {
      nullable: true,
      description: `Language of the AI text as a BCP 47 tag; \`und\` if the digest does not name it. Null
for a raw listing, which has no AI text.`,
    }),
    source: t.field({
      type: Source,
      description: 'Source that published the digest.',
      // The row already has all stored columns of a source: no look-up is needed.
      resolve: ({ sourceId, source }) => ({ id: sourceId, name: source }),
    }),
    revision: t.exposeInt('revision', {
      description: `Number of the current revision, from 1. It increases whenever a file is ingested whose
bytes differ from the digest's latest file of the same form (Markdown or JSONL). Ingesting A, B and again A
makes 3 revisions.`,
    }),
    ingestedAt: t.expose('ingestedAt', {
      type: 'DateTime',
      description: 'When the first revision was stored.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When the current revision was stored.',
    }),
    entryCount: t.exposeInt('entryCount', { description: 'Number of entries of the current revision.' }),
  }),
});

// Fields that need a statement of their own; those above are columns of the digest's row.
builder.objectFields(Digest, (t) => ({
  categories: t.field({
    type: [DigestCategory],
    description: `Categories in the order of the digest, each with its number of entries. Entries without a
category are not counted, so the sum may be below \`entryCount\`.`,
    resolve: ({ id }, _args, { reads }) => reads.categoriesOfDigest(id),
  }),
  entries: t.field({
    type: DigestEntries.page,
    description: 'Entries of the current revision, in the order of the digest.',
    args: {
      category: t.arg.string({
        description: `Returns only entries that the digest lists under this category.
${CATEGORY_VALUES}`,
      }),
      ...pageArgs,
    },
    resolve: (digest, args, context, info) =>
      resolvePage(entriesOfDigest, { args, context, info, parent: new RowParent(digest, idOf) }),
  }),
  markdown: t.string({
    nullable: true,
    description: `The current revision as Markdown, in the template that digest producers use today. Missing
parts are empty. Null for a raw listing, or if an entry has no category. Can be several megabytes: select it
only if you need it.`,
    resolve: ({ id }, _args, { reads }) => reads.digestMarkdown(id),
  }),
}));

const DigestKey = builder.inputType('DigestKey', {
  description: 'The natural key of a digest: source, date and language.',
  fields: (t) => ({
    date: t.field({ type: 'Date', required: true, description: 'Day that the digest covers.' }),
    source: t.string({ required: true, description: 'Exact name of the source.' }),
    language: t.string({
      description: `BCP 47 tag or name of the language, looked up as in \`Paper.summary\`: \`zh-CN\` finds
\`zh\`. If absent or null, the key is that of the raw listing.`,
    }),
  }),
});

const DigestBy = builder.inputType('DigestBy', {
  isOneOf: true,
  description: lookupBy('a digest'),
  fields: (t) => ({
    id: t.id({ description: BY_ID }),
    key: t.field({ type: DigestKey, description: 'Source, date and language of the digest.' }),
  }),
});

builder.queryFields((t) => ({
  digest: t.field({
    type: Digest,
    nullable: true,
    description: 'Looks up a digest. Null if it is not stored.',
    args: {
      by: t.arg({
        type: DigestBy,
        required: true,
        description: 'The digest to look up, by id or by source, date and language.',
      }),
    },
    resolve: async (_root, { by }, { reads }) => {
      const named = parseDigestKey(nodeKey('Digest', by.id ?? '') ?? '');
      const keys = by.key ? keysOf(by.key) : [named].filter((key) => key !== undefined);
      // One batch of look-ups: the loader reads all keys in one statement.
      const found = await Promise.all(keys.map(async (key) => await reads.digestByKey(key)));
      return found.find((digest) => digest !== null) ?? null;
    },
  }),
  digests: t.field({
    type: Digests.page,
    description: 'All stored digests.',
    args: { ...digestArgs, ...pageArgs },
    resolve: (_root, args, context, info) => resolvePage(digests, { args, context, info }),
  }),
}));

/**
 * The keys that the digest may have, best first. Empty if the text names no language: such a digest cannot
 * exist.
 */
function keysOf({ date, source, language }: typeof DigestKey.$inferInput): Key[] {
  if (language === null || language === undefined) return [{ date, source, language: null }];
  const named = languageTag(language);
  return named === undefined ? [] : languageTags(named).map((tag) => ({ date, source, language: tag }));
}
