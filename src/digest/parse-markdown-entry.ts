import { absUrl, parseArxivId, type ArxivId } from '../arxiv/arxiv-id.ts';
import { quote } from './digest-error.ts';
import type { DigestEntry, Statement, SummaryPart } from './digest.ts';

/** An entry that fits no template: where it stops fitting, in lines from its first (0), and whose it is, where known. */
export class Misfit extends Error {
  readonly line: number;
  readonly arxivId: string | undefined;

  constructor(message: string, line: number, arxivId: string | undefined) {
    super(message);
    this.line = line;
    this.arxivId = arxivId;
  }
}

interface Template {
  /** What stands before each part, in order; the abstract comes last. */
  readonly marks: readonly (readonly [mark: string, label: string])[];
  readonly end: string;
}

const DETAILS = '<details>\n  <summary>Details</summary>\n';
const REST: Template['marks'] = [
  ['\n\nResult: ', 'Result'],
  ['\n\nConclusion: ', 'Conclusion'],
  ['\n\nAbstract: ', 'Abstract'],
];
const END = '\n\n</details>';

/** The producer's templates since its beginning; the first mark tells them apart. */
const TEMPLATES: readonly Template[] = [
  ...['TL;DR: ', 'TLDR: '].map((first): Template => {
    const details = `\n\n\n${DETAILS}Motivation: `;
    return {
      marks: [[first, 'TL;DR'], [details, 'Motivation'], ['\n\nMethod: ', 'Method'], ...REST],
      end: END,
    };
  }),
  {
    marks: [
      ['Task: ', 'Task'],
      ['\n\nMotivation: ', 'Motivation'],
      [`\n\n${DETAILS}Method: `, 'Method'],
      ...REST,
    ],
    end: END,
  },
  { marks: [['<details>\n  <summary>Abstract</summary>\n', 'Abstract']], end: '\n</details>' },
];

/**
 * Reads one Markdown entry, from its `### [` to its `</details>`. Titles run to the last `](http` of their line, the abstract
 * to the last `</details>`; no part is trimmed. `section` is the one that it stands in, where the file has sections.
 * Throws Misfit.
 */
export function parseMarkdownEntry(text: string, section: string | undefined): Omit<DigestEntry, 'line'> {
  const head = readHead(text);
  const { template, category = section, from } = readOpening(text, head);
  const misfit = (message: string, at: number): Misfit => misfitAt(text, head.arxivId, { message, at });
  if (section !== undefined && category !== section) {
    throw misfit(
      `expected main category ${quote(section)}, that of the section, got ${quote(category ?? '')}`,
      from,
    );
  }
  if (!text.endsWith(template.end)) {
    throw misfit(`expected ${quote(template.end)} at the end, got ${quote(text.slice(-40))}`, text.length);
  }
  const parts = cutAtMarks(text.slice(0, -template.end.length), from, { template, misfit });
  const abstract = parts.pop()?.text ?? '';
  const { arxivId, url, title, authors } = head;
  const statement: Statement = {
    ...(url === absUrl(arxivId.id) ? {} : { url }),
    ...(arxivId.version === undefined ? {} : { version: arxivId.version }),
    title,
    abstract,
    authors,
    ...(category === undefined ? {} : { category }),
  };
  return { kind: 'entry', arxivId, statement, parts: parts.length === 0 ? undefined : parts };
}

interface Head {
  readonly arxivId: ArxivId;
  readonly url: string;
  readonly title: string;
  readonly authors: readonly string[];
  /** Where the head ends in the text. */
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
    authors: splitNames(authorLine.slice(1, -1)),
    end: anchor.length + 1 + authorLine.length,
  };
}

/** Names are joined by commas alone: a comma before a space, or at a name's end, is the name's own ("R. Ryan, Jr."). */
function splitNames(names: string): string[] {
  const split: string[] = [];
  for (const piece of names.split(',')) {
    const name = split.at(-1);
    if (name !== undefined && (piece === '' || piece.startsWith(' ')))
      split[split.length - 1] = `${name},${piece}`;
    else split.push(piece);
  }
  return names === '' ? [] : split;
}

interface Opening {
  readonly template: Template;
  readonly category?: string;
  /** Where the template's first mark stands. */
  readonly from: number;
}

function readOpening(text: string, { end, arxivId }: Head): Opening {
  const [whole = '', category] = /^\n+(?:Main category: (.*)\n\n)?/.exec(text.slice(end)) ?? [];
  const from = end + whole.length;
  const template = TEMPLATES.find(({ marks }) => text.startsWith(marks[0]?.[0] ?? '', from));
  if (template !== undefined) return { template, from, ...(category === undefined ? {} : { category }) };
  const line = text.slice(from).split('\n', 1)[0] ?? '';
  throw misfitAt(text, arxivId, {
    at: from,
    message: `expected "TL;DR: ", "Task: " or "<details>", got ${quote(line)}`,
  });
}

function cutAtMarks(
  text: string,
  from: number,
  { template, misfit }: { template: Template; misfit: (message: string, at: number) => Misfit },
): SummaryPart[] {
  const parts: { label: string; text: string }[] = [];
  let end = from;
  for (const [mark, label] of template.marks) {
    const at = text.indexOf(mark, end);
    if (at < 0) {
      const line = text.slice(end).split('\n', 1)[0] ?? '';
      throw misfit(
        `expected ${quote(mark.trim())} after the part that begins here, got none; it reads ${quote(line)}`,
        end,
      );
    }
    const open = parts.at(-1);
    if (open !== undefined) open.text = text.slice(end, at);
    parts.push({ label, text: '' });
    end = at + mark.length;
  }
  const last = parts.at(-1);
  if (last !== undefined) last.text = text.slice(end);
  return parts;
}

function misfitAt(text: string, { id }: ArxivId, { message, at }: { message: string; at: number }): Misfit {
  return new Misfit(message, text.slice(0, at).split('\n').length - 1, id);
}
