import { absUrl, parseArxivId, pdfUrl } from '../../arxiv/arxiv-id.ts';
import { webUrl } from '../../digest/web-url.ts';
import { authorsOfPaper } from '../../reads/lists/authors.ts';
import { digestsOfPaper } from '../../reads/lists/digests.ts';
import { entriesOfPaper, summariesOfPaper } from '../../reads/lists/entries.ts';
import { nodeId, nodeKey } from '../../reads/paging/node-id.ts';
import type { Parent } from '../../reads/paging/read-page.ts';
import { papers } from '../../reads/lists/papers.ts';
import type { PaperRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { pageArgs, resolvePage } from '../connection.ts';
import { badUserInput, refusing } from '../errors.ts';
import { Node } from '../node.ts';
import { paperArgs, resolvePapers } from '../paper-lists.ts';
import {
  Category,
  DigestEntries,
  Digests,
  Paper,
  PaperAuthors,
  Papers,
  Summaries,
  Summary,
} from '../refs.ts';

const idOf = ({ arxivId }: PaperRow): string => nodeId('Paper', arxivId);
const parentOf = (paper: PaperRow): Parent => ({ id: paper.id, nodeId: idOf(paper) });

Paper.implement({
  description: 'A paper on arXiv, as all digests together tell of it.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Made of the arXiv id.', resolve: idOf }),
    arxivId: t.exposeString('arxivId', { description: 'Canonical: no version, no prefix.' }),
    version: t.exposeInt('version', {
      nullable: true,
      description: 'The highest version seen, where a source named one.',
    }),
    title: t.exposeString('title', { description: 'As printed, LaTeX included.' }),
    abstract: t.exposeString('abstract', { description: 'As printed, LaTeX included.' }),
    comment: t.exposeString('comment', {
      nullable: true,
      description: 'What the authors remark, as printed.',
    }),
    subjectClasses: t.exposeStringList('subjectClasses', {
      description: 'ACM, MSC and other subject strings, as printed.',
    }),
    firstDigestDate: t.expose('firstDigestDate', {
      type: 'Date',
      description: 'What NEWEST and OLDEST sort by (then by arXiv id).',
    }),
    firstSeenAt: t.expose('firstSeenAt', { type: 'DateTime', description: 'When it came into this store.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When a field of its own last changed.',
    }),
  }),
});

builder.objectFields(Paper, (t) => ({
  absUrl: t.field({
    type: 'URL',
    description: 'The page of the abstract.',
    resolve: ({ arxivId }) => absUrl(arxivId),
  }),
  pdfUrl: t.field({ type: 'URL', description: 'The PDF.', resolve: ({ arxivId }) => pdfUrl(arxivId) }),
  codeUrl: t.field({
    type: 'URL',
    nullable: true,
    description: 'Where a source found its code. Http or https; null where what it printed is no such URL.',
    // An earlier version stored what was printed, whatever it was.
    resolve: ({ codeUrl }) => (codeUrl === null ? null : webUrl(codeUrl)),
  }),
  codeStars: t.exposeInt('codeStars', {
    nullable: true,
    description: 'Stars of the code, as last printed.',
  }),
  codeUpdatedOn: t.expose('codeUpdatedOn', {
    type: 'Date',
    nullable: true,
    description: 'The day of the last change to the code, as last printed.',
  }),
}));

builder.objectFields(Paper, (t) => ({
  primaryCategory: t.field({
    type: Category,
    nullable: true,
    description:
      'Null while only digests without categories (the oldest Markdown templates) have shown the paper.',
    resolve: async ({ primaryCategoryId: id }, _args, { reads }) =>
      id === null ? null : await reads.categoryById(id),
  }),
  categories: t.field({
    type: [Category],
    description: 'arXiv order, the primary first; aliases resolved.',
    resolve: async ({ id }, _args, { reads }) => await reads.categoriesOfPaper(id),
  }),
  authors: t.field({
    type: PaperAuthors.page,
    description: "In the paper's order.",
    args: pageArgs,
    resolve: async (paper, args, context, info) =>
      await resolvePage(authorsOfPaper, { args, context, info, parent: parentOf(paper) }),
  }),
  digests: t.field({
    type: Digests.page,
    description: 'Each digest once, newest first.',
    args: pageArgs,
    resolve: async (paper, args, context, info) =>
      await resolvePage(digestsOfPaper, { args, context, info, parent: parentOf(paper) }),
  }),
  entries: t.field({
    type: DigestEntries.page,
    description: 'Every time a digest printed it, newest first; twice in one digest is two entries.',
    args: pageArgs,
    resolve: async (paper, args, context, info) =>
      await resolvePage(entriesOfPaper, { args, context, info, parent: parentOf(paper) }),
  }),
}));

const PREFERRED = `BCP 47 tags or names, best first; "*" is any language. Each is looked up by RFC 4647, cut at its end until a summary fits:
\`zh-Hant-TW\`, \`zh-Hant\`, \`zh\`; \`zh-CN\` and \`zh-Hans\` are \`zh\`, which covers \`zh-Hant\`. \`navigator.languages\` fits as it is.`;
const SOURCES = 'Exact names of sources; all sources if absent.';

builder.objectFields(Paper, (t) => ({
  summary: t.field({
    type: Summary,
    nullable: true,
    description: `The newest summary with text (by digest date, then by ingest) in the first of \`languages\` that has one; null where
none has, never another language. "*" is any language. Depends on the arguments alone, not on headers or viewer.`,
    args: {
      languages: t.arg.stringList({ required: true, defaultValue: ['*'], description: PREFERRED }),
      sources: t.arg.stringList({ description: SOURCES }),
    },
    resolve: async ({ id }, args, { reads }) => {
      const [best] = await refusing(async () => await reads.summaryOfPaper(id, args));
      return best ?? null;
    },
  }),
  summaries: t.field({
    type: Summaries.page,
    description: 'Every one ever published, FAILED too, newest first.',
    args: {
      languages: t.arg.stringList({ description: 'As in PaperFilter; "*" is any language.' }),
      sources: t.arg.stringList({ description: SOURCES }),
      ...pageArgs,
    },
    resolve: async (paper, args, context, info) =>
      await resolvePage(summariesOfPaper, { args, context, info, parent: parentOf(paper) }),
  }),
}));

builder.objectFields(PaperAuthors.edge, (t) => ({
  position: t.int({
    description:
      "From 1, in the paper's order. A name printed twice is two edges with one node (Relay's page merge keeps the first).",
    resolve: ({ row }) => row.position,
  }),
  printedName: t.string({ description: 'As this paper prints it.', resolve: ({ row }) => row.printedName }),
}));

const PaperBy = builder.inputType('PaperBy', {
  isOneOf: true,
  description: 'What names one paper.',
  fields: (t) => ({
    id: t.id({ description: 'Its id.' }),
    arxivId: t.string({
      description:
        '`2601.09684`, `…v2`, `arXiv:…`, abs or pdf URL; the version is ignored. Anything else is BAD_USER_INPUT. All else that arXiv prints is taken too: html URLs, URLs without scheme, the DOI `10.48550/arXiv.…`, `oai:arXiv.org:…`.',
    }),
  }),
});

builder.queryFields((t) => ({
  paper: t.field({
    type: Paper,
    nullable: true,
    description: 'One paper; null where no digest has printed it.',
    args: { by: t.arg({ type: PaperBy, required: true, description: 'The paper to look up.' }) },
    resolve: async (_root, { by }, { reads }) => {
      const key = typeof by.id === 'string' ? nodeKey('Paper', by.id) : canonicalId(by.arxivId ?? '');
      return key === undefined ? null : await reads.paperByArxivId(key);
    },
  }),
  papers: t.field({
    type: Papers.page,
    description: 'All papers.',
    args: paperArgs,
    resolve: async (_root, args, context, info) => await resolvePapers(papers, { args, context, info }),
  }),
}));

function canonicalId(text: string): string {
  const parsed = parseArxivId(text);
  if (parsed !== undefined) return parsed.id;
  const got = JSON.stringify(text.slice(0, 80));
  throw badUserInput(['by', 'arxivId'], `by.arxivId: expected an arXiv id such as 2601.09684, got ${got}`);
}
