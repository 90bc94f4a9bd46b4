import { absUrl, parseArxivId } from '../arxiv/arxiv-id.ts';
import type { ContentsLine, Statement, SummaryPart } from './digest.ts';
import { guarded } from './guard-text.ts';
import { CONTENTS_MARK, oneLine, sectionTitle } from './markdown-lines.ts';
import { printTexts } from './markdown-template.ts';

/** The values that Markdown prints for one entry. */
export interface PrintedEntry {
  /** The link to the abstract page. */
  readonly url: string;
  readonly title: string;
  readonly authors: readonly string[];
  /** Printed instead of the names joined by `,`. */
  readonly authorLine?: string | undefined;
  readonly category: string;
  readonly parts: readonly SummaryPart[];
  readonly abstract: string;
}

/** Prepares an entry for printing. Undefined if it has no category, which the template requires. */
export function printedEntry(
  arxivId: string,
  statement: Statement,
  parts: readonly SummaryPart[],
): PrintedEntry | undefined {
  const { title, authors, abstract, printed = statement } = statement;
  const category = printed.category ?? statement.category;
  if (category === undefined || category === '') return undefined;
  return {
    url: linkOf(arxivId, printed),
    title,
    authors,
    authorLine: printed.authorLine,
    category,
    parts,
    abstract,
  };
}

/** The stated link if a reader can get it back from Markdown, else the link to the abstract. */
function linkOf(arxivId: string, { url, version }: Pick<Statement, 'url' | 'version'>): string {
  const own = `${absUrl(arxivId)}${version === undefined ? '' : `v${version}`}`;
  const isReadable =
    url?.startsWith('http') === true && !/\n|\]\(http/.test(url) && parseArxivId(url)?.id === arxivId;
  return isReadable ? url : own;
}

/**
 * Writes a digest in the producer's current Markdown template. Entries must be in printed order. `contents`
 * sets the table of contents and the order of sections; without it, sections are counted from the entries in
 * order of appearance. The result can be read back: a missing part is empty text, null is `None`, a line
 * break in a title, name or category becomes a space, and a line of text that looks like structure gets one
 * extra space.
 */
export function writeMarkdown(digest: {
  contents?: readonly ContentsLine[] | undefined;
  entries: Iterable<PrintedEntry>;
}): string {
  const sections = new Map<string, PrintedEntry[]>(digest.contents?.map(({ category }) => [category, []]));
  for (const entry of digest.entries) {
    const category = oneLine(entry.category);
    const section = sections.get(category);
    if (section === undefined) sections.set(category, [entry]);
    else section.push(entry);
  }
  const counted = [...sections].map(([category, entries]) => ({ category, total: entries.length }));
  let number = 0;
  const written = [...sections].map(
    ([category, entries]) =>
      writeHead(category) + entries.map((each) => writeEntry(each, category, ++number)).join('\n\n'),
  );
  return writeContents(digest.contents ?? counted) + written.join('');
}

function writeContents(contents: readonly ContentsLine[]): string {
  const lines = contents.map(
    ({ category, total }) => `- [${category}](#${category})${total === null ? '' : ` [Total: ${total}]`}\n`,
  );
  return `${CONTENTS_MARK}\n\n# Table of Contents\n\n${lines.join('')}`;
}

function writeHead(category: string): string {
  return `\n\n<div id='${category}'></div>\n\n${sectionTitle(category)}\n\n`;
}

function writeEntry(entry: PrintedEntry, category: string, number: number): string {
  const { url, title, authors, authorLine = authors.map(oneLine).join(',') } = entry;
  const texts = guarded(printTexts(entry), category, number + 1);
  const heading = `### [${number}] [${oneLine(title)}](${url})`;
  return `${heading}\n*${authorLine}*\n\nMain category: ${category}\n\n${texts}\n`;
}
