import type { SummaryPart } from './digest.ts';

/** The fixed texts that divide an entry in one of the producer's Markdown templates. */
export interface Template {
  /** The text before each part, in order; the abstract comes last. */
  readonly marks: readonly (readonly [mark: string, label: string])[];
  /** The text after the abstract. */
  readonly end: string;
}

const DETAILS = '<details>\n  <summary>Details</summary>\n';
const END = '\n\n</details>';

function withSummary(label: string, printed = label): Template {
  return {
    marks: [
      [`${printed}: `, label],
      [`\n\n\n${DETAILS}Motivation: `, 'Motivation'],
      ['\n\nMethod: ', 'Method'],
      ['\n\nResult: ', 'Result'],
      ['\n\nConclusion: ', 'Conclusion'],
      ['\n\nAbstract: ', 'Abstract'],
    ],
    end: END,
  };
}

const CURRENT = withSummary('TL;DR');
const WITH_TASK: Template = {
  marks: [
    ['Task: ', 'Task'],
    ['\n\nMotivation: ', 'Motivation'],
    [`\n\n${DETAILS}Method: `, 'Method'],
    ['\n\nResult: ', 'Result'],
    ['\n\nConclusion: ', 'Conclusion'],
    ['\n\nAbstract: ', 'Abstract'],
  ],
  end: END,
};

/** All templates of the producer, past and present. The first mark of each is unique. */
export const TEMPLATES: readonly Template[] = [
  CURRENT,
  withSummary('TL;DR', 'TLDR'),
  WITH_TASK,
  { marks: [['<details>\n  <summary>Abstract</summary>\n', 'Abstract']], end: '\n</details>' },
];

/** The result of `cutAtMarks`: all parts, or the missing mark and the start of the part before it. */
export type Cut = { readonly parts: SummaryPart[] } | { readonly missing: string; readonly at: number };

/**
 * Cuts the text after `from` at the first occurrence of each mark in turn. The rest is the last part, the
 * abstract.
 */
export function cutAtMarks(text: string, from: number, { marks }: Template): Cut {
  const parts: { label: string; text: string }[] = [];
  let end = from;
  for (const [mark, label] of marks) {
    const at = text.indexOf(mark, end);
    if (at < 0) return { missing: mark.trim(), at: end };
    const open = parts.at(-1);
    if (open !== undefined) open.text = text.slice(end, at);
    parts.push({ label, text: '' });
    end = at + mark.length;
  }
  const last = parts.at(-1);
  if (last !== undefined) last.text = text.slice(end);
  return { parts };
}

/** The AI text and the abstract of an entry. */
interface Texts {
  readonly parts: readonly SummaryPart[];
  readonly abstract: string;
}

/** Whether Markdown prints at least one of the parts. */
export function printsAny(parts: readonly SummaryPart[]): boolean {
  const printed = templateOf(parts).marks.slice(0, -1);
  return parts.some((part) => printed.some(([, label]) => label === part.label));
}

/**
 * Prints an entry's text as `export` does, from its first label to its `</details>`. A missing part is empty;
 * null is `None`. An entry with a `Task` instead of a `TL;DR` keeps that older label.
 */
export function printTexts(texts: Texts): string {
  return printParts(texts) + templateOf(texts.parts).end;
}

/**
 * The parts as a reader gets them back from an export, the abstract last. A label within a text starts the
 * next part.
 */
export function readBack(texts: Texts): SummaryPart[] {
  const cut = cutAtMarks(printParts(texts), 0, templateOf(texts.parts));
  if ('missing' in cut) throw new Error(`printed text lacks its own mark ${cut.missing}`);
  return cut.parts;
}

function printParts({ parts, abstract }: Texts): string {
  return templateOf(parts)
    .marks.map(([mark, label]) => mark + (label === 'Abstract' ? abstract : printedText(parts, label)))
    .join('');
}

function templateOf(parts: readonly SummaryPart[]): Template {
  const has = (label: string): boolean => parts.some((part) => part.label === label);
  return !has('TL;DR') && has('Task') ? WITH_TASK : CURRENT;
}

/** The text that the producer prints for a JSON null. */
export const PRINTED_NULL = 'None';

function printedText(parts: readonly SummaryPart[], label: string): string {
  const part = parts.find((each) => each.label === label);
  return part === undefined ? '' : (part.text ?? PRINTED_NULL);
}
