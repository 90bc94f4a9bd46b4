import { absUrl, parseArxivId, type ArxivId } from '../arxiv/arxiv-id.ts';
import { quote } from './digest-error.ts';
import type { DigestEntry, Statement } from './digest.ts';
import { cutAtMarks, TEMPLATES, type Template } from './markdown-template.ts';

/**
 * An entry fits no template. Has the line, counted from the entry's first (0), and the arXiv id if it is
 * known.
 */
export class Misfit extends Error {
  readonly line: number;
  readonly arxivId: string | undefined;

  constructor(message: string, line: number, arxivId: string | undefined) {
    super(message);
    this.line = line;
    this.arxivId = arxivId;
  }
}

/** The context of an entry in its file. */
export interface Surroundings {
  /** The section of the entry, if the file has sections. */
  readonly section: string | undefined;
  /** Splits an author line into names. */
  readonly splitAuthors: (line: string) => string[];
}

/**
 * Reads one Markdown entry, from its `### [` to its `</details>`. The title ends at the last `](http` of its
 * line, and the abstract at the last `</details>`. No part is trimmed. Throws Misfit.
 */
export function parseMarkdownEntry(
  text: string,
  { section, splitAuthors }: Surroundings,
): Omit<DigestEntry, 'line'> {
  const head = readHead(text);
  const { arxivId, url, title, authorLine } = head;
  const { template, category = section, from } = readOpening(text, head);
  const misfit = (message: string, at: number): Misfit => misfitAt(text, arxivId, { message, at });
  if (section !== undefined && category !== section) {
    const expected = `main category ${quote(section)}, that of the section`;
    throw misfit(`expected ${expected}, got ${quote(category ?? '')}`, from);
  }
  if (!text.endsWith(template.end)) {
    throw misfit(`expected ${quote(template.end)} at the end, got ${quote(text.slice(-40))}`, text.length);
  }
  const cut = cutAtMarks(text.slice(0, -template.end.length), from, template);
  if ('missing' in cut) {
    const line = text.slice(cut.at).split('\n', 1)[0] ?? '';
    const expected = `${quote(cut.missing)} after the part that begins here`;
    throw misfit(`expected ${expected}, got none; it reads ${quote(line)}`, cut.at);
  }
  const abstract = cut.parts.pop()?.text ?? '';
  const authors = splitAuthors(authorLine);
  const statement: Statement = {
    ...(url === absUrl(arxivId.id) ? {} : { url }),
    ...(arxivId.version === undefined ? {} : { version: arxivId.version }),
    title,
    abstract,
    authors,
    ...(authorLine === authors.join(',') ? {} : { authorLine }),
    ...(category === undefined ? {} : { category }),
  };
  return { kind: 'entry', arxivId, statement, parts: cut.parts.length === 0 ? undefined : cut.parts };
}

interface Head {
  readonly arxivId: ArxivId;
  readonly url: string;
  readonly title: string;
  /** The author line. */
  readonly authorLine: string;
  /** The offset at which the head ends. */
  readonly end: number;
}

function readHead(text: string): Head {
  const [anchor = '', authorLine = ''] = text.split('\n', 2);
  const [start] = /^### (?:\[\d+\] )?\[/.exec(anchor) ?? [];
  const middle = anchor.lastIndexOf('](http');
  const url = middle < 0 ? '' : anchor.slice(middle + 2, -1);
  const arxivId = parseArxivId(url);
  if (start === undefined || middle < start.length || !anchor.endsWith(')')) {
    throw new Misfit(`expected "### [number] [title](link)", got ${quote(anchor)}`, 0, arxivId?.id);
  }
  if (arxivId === undefined) throw new Misfit(`expected a link to arXiv, got ${quote(url)}`, 0, undefined);
  if (authorLine.length < 2 || !authorLine.startsWith('*') || !authorLine.endsWith('*')) {
    throw new Misfit(`expected "*authors*", got ${quote(authorLine)}`, 1, arxivId.id);
  }
  return {
    arxivId,
    url,
    title: anchor.slice(start.length, middle),
    authorLine: authorLine.slice(1, -1),
    end: anchor.length + 1 + authorLine.length,
  };
}

interface Opening {
  readonly template: Template;
  readonly category?: string;
  /** The offset of the template's first mark. */
  readonly from: number;
}

function readOpening(text: string, { end, arxivId }: Head): Opening {
  const [whole = '', category] = /^\n+(?:Main category: ([^\n]*)\n\n)?/.exec(text.slice(end)) ?? [];
  const from = end + whole.length;
  const template = TEMPLATES.find(({ marks }) => text.startsWith(marks[0]?.[0] ?? '', from));
  if (template !== undefined) return { template, from, ...(category === undefined ? {} : { category }) };
  const line = text.slice(from).split('\n', 1)[0] ?? '';
  throw misfitAt(text, arxivId, {
    at: from,
    message: `expected "TL;DR: ", "Task: " or "<details>", got ${quote(line)}`,
  });
}

function misfitAt(text: string, { id }: ArxivId, { message, at }: { message: string; at: number }): Misfit {
  return new Misfit(message, text.slice(0, at).split('\n').length - 1, id);
}
