import type { ContentsLine, SummaryPart } from './digest.ts';

/** One entry as Markdown prints it. */
export interface PrintedEntry {
  /** Of the abstract page. */
  readonly url: string;
  readonly title: string;
  readonly authors: readonly string[];
  readonly category: string;
  readonly parts: readonly SummaryPart[];
  readonly abstract: string;
}

/**
 * A digest in the producer's current Markdown template. Entries come in printed order; `contents` fixes the table of
 * contents and the order of the sections, which are else counted from the entries as they first appear. A missing part
 * is empty text.
 */
export function writeMarkdown(digest: {
  contents?: readonly ContentsLine[] | undefined;
  entries: Iterable<PrintedEntry>;
}): string {
  const sections = new Map<string, PrintedEntry[]>(digest.contents?.map(({ category }) => [category, []]));
  for (const entry of digest.entries) {
    const section = sections.get(entry.category);
    if (section === undefined) sections.set(entry.category, [entry]);
    else section.push(entry);
  }
  const counted = [...sections].map(([category, entries]) => ({ category, total: entries.length }));
  let number = 0;
  const written = [...sections].map(
    ([category, entries]) =>
      writeHead(category) + entries.map((each) => writeEntry(each, ++number)).join('\n\n'),
  );
  return writeContents(digest.contents ?? counted) + written.join('');
}

function writeContents(contents: readonly ContentsLine[]): string {
  const lines = contents.map(
    ({ category, total }) => `- [${category}](#${category})${total === null ? '' : ` [Total: ${total}]`}\n`,
  );
  return `<div id=toc></div>\n\n# Table of Contents\n\n${lines.join('')}`;
}

function writeHead(category: string): string {
  return `\n\n<div id='${category}'></div>\n\n# ${category} [[Back]](#toc)\n\n`;
}

function writeEntry(
  { url, title, authors, category, parts, abstract }: PrintedEntry,
  number: number,
): string {
  const text = (label: string) => parts.find((part) => part.label === label)?.text ?? '';
  return (
    `### [${number}] [${title}](${url})\n*${authors.join(',')}*\n\nMain category: ${category}\n\nTL;DR: ${text('TL;DR')}` +
    `\n\n\n<details>\n  <summary>Details</summary>\nMotivation: ${text('Motivation')}\n\nMethod: ${text('Method')}` +
    `\n\nResult: ${text('Result')}\n\nConclusion: ${text('Conclusion')}\n\nAbstract: ${abstract}\n\n</details>\n`
  );
}
