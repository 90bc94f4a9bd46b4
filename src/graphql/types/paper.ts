import { absUrl, parseArxivId, pdfUrl } from '../../arxiv/arxiv-id.ts';
import { webUrl } from '../../digest/web-url.ts';
import { andThen } from '../../reads/cache/maybe.ts';
import { authorsOfPaper } from '../../reads/lists/authors.ts';
import { digestsOfPaper } from '../../reads/lists/digests.ts';
import { entriesOfPaper, summariesOfPaper } from '../../reads/lists/entries.ts';
import { nodeId, nodeKey } from '../../reads/paging/node-id.ts';
import type { Parent } from '../../reads/paging/read-page.ts';
import { papers } from '../../reads/lists/papers.ts';
import { found } from '../../reads/lookups.ts';
import type { PaperRow } from '../../reads/lists/rows.ts';
import { builder } from '../builder.ts';
import { BY_ID, idFrom, LANGUAGE_VALUES, lookupBy } from '../descriptions.ts';
import { pageArgs, resolvePage, RowParent } from '../connection.ts';
import { badUserInput } from '../errors.ts';
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

/** The canonical arXiv id is a paper's natural key; versions of a paper are one paper. */
const idOf = ({ arxivId }: PaperRow): string => nodeId('Paper', arxivId);
/**
 * Nested lists are read by the row's id; their cursors contain the node id, which survives a rebuild of the
 * store.
 */
const parentOf = (paper: PaperRow): Parent => new RowParent(paper, idOf);

Paper.implement({
  description: `A paper on arXiv, combined from all digests that contain it. If they differ on a field such as
\`title\`, the highest arXiv version counts, then the latest digest, then the richest source.`,
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: idFrom('the arXiv id'), resolve: idOf }),
    arxivId: t.exposeString('arxivId', {
      description: 'Canonical arXiv id without version or prefix, such as `2601.09684`.',
    }),
    version: t.exposeInt('version', {
      nullable: true,
      description: 'Highest arXiv version seen. Null if no source named a version.',
    }),
    title: t.exposeString('title', { description: 'Title as printed, LaTeX included.' }),
    abstract: t.string({
      description: 'Abstract as printed, LaTeX included.',
      resolve: ({ id }, _args, { reads }) => andThen(reads.abstractOfPaper(id), (row) => found(row).abstract),
    }),
    comment: t.exposeString('comment', {
      nullable: true,
      description: "The authors' comment on arXiv, as printed.",
    }),
    subjectClasses: t.exposeStringList('subjectClasses', {
      description: 'Subject classes other than arXiv categories, such as those of ACM and MSC, as printed.',
    }),
    firstDigestDate: t.expose('firstDigestDate', {
      type: 'Date',
      description:
        'Day of the earliest digest that contains the paper. NEWEST and OLDEST sort by it, then by arXiv id.',
    }),
    firstSeenAt: t.expose('firstSeenAt', {
      type: 'DateTime',
      description: 'When the paper was first stored.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: "When one of the paper's own fields, such as `title`, last changed.",
    }),
  }),
});

// URLs. Those of arXiv are derived from the id, not stored.
builder.objectFields(Paper, (t) => ({
  absUrl: t.field({
    type: 'URL',
    description: 'Page of the abstract on arXiv.',
    resolve: ({ arxivId }) => absUrl(arxivId),
  }),
  pdfUrl: t.field({ type: 'URL', description: 'PDF on arXiv.', resolve: ({ arxivId }) => pdfUrl(arxivId) }),
  codeUrl: t.field({
    type: 'URL',
    nullable: true,
    description:
      "URL of the paper's code, http or https. Null if no source published one, or if it is not such a URL.",
    // Stores that an earlier version filled may hold any text.
    resolve: ({ codeUrl }) => (codeUrl === null ? null : webUrl(codeUrl)),
  }),
  codeStars: t.exposeInt('codeStars', {
    nullable: true,
    description: 'Number of stars of the code repository, as last printed.',
  }),
  codeUpdatedOn: t.expose('codeUpdatedOn', {
    type: 'Date',
    nullable: true,
    description: 'Day of the last change to the code repository, as last printed.',
  }),
}));

// Objects and lists that belong to the paper. Each list takes one statement for all papers of a page.
builder.objectFields(Paper, (t) => ({
  primaryCategory: t.field({
    type: Category,
    nullable: true,
    description: `Primary category. Null while the paper is only in digests without categories (the oldest
Markdown templates).`,
    resolve: ({ primaryCategoryId: id }, _args, { reads }) => (id === null ? null : reads.categoryById(id)),
  }),
  categories: t.field({
    type: [Category],
    description: 'Categories in the order of arXiv, the primary one first. Aliases are resolved.',
    resolve: ({ id }, _args, { reads }) => reads.categoriesOfPaper(id),
  }),
  authors: t.field({
    type: PaperAuthors.page,
    description: 'Authors in the order of the paper.',
    args: pageArgs,
    resolve: (paper, args, context, info) =>
      resolvePage(authorsOfPaper, { args, context, info, parent: parentOf(paper) }),
  }),
  digests: t.field({
    type: Digests.page,
    description: 'Digests that contain the paper, each once, newest first.',
    args: pageArgs,
    resolve: (paper, args, context, info) =>
      resolvePage(digestsOfPaper, { args, context, info, parent: parentOf(paper) }),
  }),
  entries: t.field({
    type: DigestEntries.page,
    description: `Current digest entries of the paper, newest first. A digest that contains the paper twice
has two entries.`,
    args: pageArgs,
    resolve: (paper, args, context, info) =>
      resolvePage(entriesOfPaper, { args, context, info, parent: parentOf(paper) }),
  }),
}));

const PREFERRED = `Preferred languages, best first, as BCP 47 tags or names; "*" is any language and the
default. Each is looked up as in RFC 4647: it is shortened from its end until a summary matches
(\`zh-Hant-TW\`, \`zh-Hant\`, \`zh\`). \`zh-CN\` and \`zh-Hans\` mean \`zh\`, which covers \`zh-Hant\`. You
can pass \`navigator.languages\` of a browser unchanged.`;
const SOURCES = 'Considers only summaries from these sources, by exact name; all sources if absent.';

// A preferred language is an argument, never a header: an answer that depends on a header cannot be cached
// by its query.
builder.objectFields(Paper, (t) => ({
  summary: t.field({
    type: Summary,
    nullable: true,
    description: `The newest summary with text in the first of \`languages\` that has one. "*" is any
language. Newest means by digest date, then by ingest. Null if none of the languages has a summary; no other
language is substituted. The result depends only on the arguments, never on headers or the viewer.`,
    args: {
      languages: t.arg.stringList({ required: true, defaultValue: ['*'], description: PREFERRED }),
      sources: t.arg.stringList({ description: SOURCES }),
    },
    // The loader groups by arguments and returns a list per paper, here of at most one summary.
    resolve: ({ id }, args, { reads }) => andThen(reads.summaryOfPaper(id, args), ([best]) => best ?? null),
  }),
  summaries: t.field({
    type: Summaries.page,
    description:
      'All summaries ever published, newest first, including FAILED ones and those of superseded entries.',
    args: {
      languages: t.arg.stringList({
        description: `Returns only summaries in these languages; all languages if absent. "*" is any
language.
${LANGUAGE_VALUES}`,
      }),
      sources: t.arg.stringList({ description: SOURCES }),
      ...pageArgs,
    },
    resolve: (paper, args, context, info) =>
      resolvePage(summariesOfPaper, { args, context, info, parent: parentOf(paper) }),
  }),
}));

// On the edge, because they belong to the pair of paper and author.
builder.objectFields(PaperAuthors.edge, (t) => ({
  position: t.int({
    description: `Position in the author list of the paper, from 1. A name that is printed twice has two edges
with the same node; when Relay merges pages, it keeps the first.`,
    resolve: ({ row }) => row.position,
  }),
  printedName: t.string({
    description: 'The name as printed on this paper.',
    resolve: ({ row }) => row.printedName,
  }),
}));

const PaperBy = builder.inputType('PaperBy', {
  isOneOf: true,
  description: lookupBy('a paper'),
  fields: (t) => ({
    id: t.id({ description: BY_ID }),
    arxivId: t.string({
      description: `arXiv id in any form that arXiv prints: \`2601.09684\`, \`2601.09684v2\`,
\`arXiv:2601.09684\`, the URL of an abs, pdf or html page with or without its scheme, the DOI
\`10.48550/arXiv.2601.09684\`, \`oai:arXiv.org:2601.09684\`. The version is ignored. Any other text is
BAD_USER_INPUT.`,
    }),
  }),
});

builder.queryFields((t) => ({
  paper: t.field({
    type: Paper,
    nullable: true,
    description: 'Looks up a paper. Null if it is not stored.',
    args: {
      by: t.arg({
        type: PaperBy,
        required: true,
        description: 'The paper to look up, by id or by arXiv id.',
      }),
    },
    resolve: (_root, { by }, { reads }) => {
      const key = typeof by.id === 'string' ? nodeKey('Paper', by.id) : canonicalId(by.arxivId ?? '');
      return key === undefined ? null : reads.paperByArxivId(key);
    },
  }),
  papers: t.field({
    type: Papers.page,
    description: 'All stored papers.',
    args: paperArgs,
    resolve: (_root, args, context, info) => resolvePapers(papers, { args, context, info }),
  }),
}));

/** The canonical id that a text contains. Throws BAD_USER_INPUT if it contains none. */
function canonicalId(text: string): string {
  const parsed = parseArxivId(text);
  if (parsed !== undefined) return parsed.id;
  const got = JSON.stringify(text.slice(0, 80));
  throw badUserInput(['by', 'arxivId'], `by.arxivId: expected an arXiv id such as 2601.09684, got ${got}`);
}
