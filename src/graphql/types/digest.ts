import { languageTags } from '../../language/language-range.ts';
import { languageTag } from '../../reads/filters/conditions.ts';
import { digests } from '../../reads/lists/digests.ts';
import { entriesOfDigest } from '../../reads/lists/entries.ts';
import type { CountedCategory } from '../../reads/short-lists.ts';
import type { DigestKey as Key } from '../../reads/lookups.ts';
import { nodeId, nodeKey } from '../../reads/paging/node-id.ts';
import type { DigestRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { pageArgs, resolvePage } from '../connection.ts';
import { DigestFilter, DigestOrder } from '../inputs.ts';
import { digestNodeKey, Node, parseDigestKey } from '../node.ts';
import { Category, Digest, DigestEntries, Digests, Source } from '../refs.ts';

/** Arguments of every list of digests that takes any, beside those of the page. */
export const digestArgs = builder.args((t) => ({
  filter: t.field({ type: DigestFilter, description: 'Selects digests; all digests if absent.' }),
  orderBy: t.field({
    type: DigestOrder,
    required: true,
    defaultValue: 'NEWEST',
    description: 'What to sort by.',
  }),
}));

const DigestCategory = builder.objectRef<CountedCategory>('DigestCategory').implement({
  description: 'A category that a digest has entries in.',
  fields: (t) => ({
    category: t.field({ type: Category, description: 'The category.', resolve: (row) => row }),
    entryCount: t.exposeInt('count', { description: "The digest's entries in it." }),
  }),
});

const idOf = (digest: DigestRow): string => nodeId('Digest', digestNodeKey(digest));

Digest.implement({
  description: 'What a source published for one day in one language.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Made of source, date and language.', resolve: idOf }),
    date: t.expose('date', { type: 'Date', description: 'The day it is of.' }),
    language: t.exposeString('language', {
      nullable: true,
      description: 'BCP 47; `und`: AI text in an unnamed language; null: a raw listing.',
    }),
    source: t.field({
      type: Source,
      description: 'Who published it.',
      resolve: ({ sourceId, source }) => ({ id: sourceId, name: source }),
    }),
    revision: t.exposeInt('revision', {
      description:
        "1, and one more whenever bytes differ from the digest's latest file of that form (Markdown, JSONL): A, B, A is 3.",
    }),
    ingestedAt: t.expose('ingestedAt', { type: 'DateTime', description: 'When it first came in.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the current revision came in.' }),
    entryCount: t.exposeInt('entryCount', { description: 'Entries of the current revision.' }),
  }),
});

builder.objectFields(Digest, (t) => ({
  categories: t.field({
    type: [DigestCategory],
    description:
      'In digest order; entries without a category are in none, so that the sum may be below `entryCount`.',
    resolve: async ({ id }, _args, { reads }) => await reads.categoriesOfDigest(id),
  }),
  entries: t.field({
    type: DigestEntries.page,
    description: 'What it prints now, in its order.',
    args: {
      category: t.arg.string({ description: 'Only those of this section; values as in PaperFilter.' }),
      ...pageArgs,
    },
    resolve: async (digest, args, context, info) => {
      const parent = { id: digest.id, nodeId: idOf(digest) };
      return await resolvePage(entriesOfDigest, { args, context, info, parent });
    },
  }),
  markdown: t.string({
    nullable: true,
    description:
      "The current revision in the producer's current template, a missing part empty; null for a raw listing or where an entry has no category. Megabytes: priced accordingly.",
    resolve: async ({ id }, _args, { reads }) => await reads.digestMarkdown(id),
  }),
}));

const DigestKey = builder.inputType('DigestKey', {
  description: 'What a digest is called.',
  fields: (t) => ({
    date: t.field({ type: 'Date', required: true, description: 'The day it is of.' }),
    source: t.string({ required: true, description: 'Exact name of its source.' }),
    language: t.string({
      description:
        'Absent or null: the raw listing. BCP 47 or a name, looked up as in `Paper.summary`: `zh-CN` finds `zh`.',
    }),
  }),
});

const DigestBy = builder.inputType('DigestBy', {
  isOneOf: true,
  description: 'What names one digest.',
  fields: (t) => ({
    id: t.id({ description: 'Its id.' }),
    key: t.field({ type: DigestKey, description: 'What it is called.' }),
  }),
});

builder.queryFields((t) => ({
  digest: t.field({
    type: Digest,
    nullable: true,
    description: 'One digest; null if it is not stored.',
    args: { by: t.arg({ type: DigestBy, required: true, description: 'The digest to look up.' }) },
    resolve: async (_root, { by }, { reads }) => {
      const named = parseDigestKey(nodeKey('Digest', by.id ?? '') ?? '');
      const keys = by.key ? keysOf(by.key) : [named].filter((key) => key !== undefined);
      const found = await Promise.all(keys.map(async (key) => await reads.digestByKey(key)));
      return found.find((digest) => digest !== null) ?? null;
    },
  }),
  digests: t.field({
    type: Digests.page,
    description: 'All digests.',
    args: { ...digestArgs, ...pageArgs },
    resolve: async (_root, args, context, info) => await resolvePage(digests, { args, context, info }),
  }),
}));

/** The keys that the digest may have, best first; none where the language is none. */
function keysOf({ date, source, language }: typeof DigestKey.$inferInput): Key[] {
  if (language === null || language === undefined) return [{ date, source, language: null }];
  const named = languageTag(language);
  return named === undefined ? [] : languageTags(named).map((tag) => ({ date, source, language: tag }));
}
