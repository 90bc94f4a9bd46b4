import type { SummaryPart } from './digest.ts';

/** The marks of an entry's text in one of the producer's Markdown templates. */
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

/** The producer's templates since its beginning; the first mark tells them apart. */
export const TEMPLATES: readonly Template[] = [
  CURRENT,
  withSummary('TL;DR', 'TLDR'),
  WITH_TASK,
  { marks: [['<details>\n  <summary>Abstract</summary>\n', 'Abstract']], end: '\n</details>' },
];

/** What `cutAtMarks` found: all parts, or the mark that is missing and where the part before it begins. */
export type Cut = { readonly parts: SummaryPart[] } | { readonly missing: string; readonly at: number };

/** Cuts text, from `from` on, at the first occurrence of each mark in turn. The last part, the abstract, is the rest. */
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

/** AI text and abstract of an entry. */
interface Texts {
  readonly parts: readonly SummaryPart[];
  readonly abstract: string;
}

/** Whether Markdown prints any of the parts. */
export function printsAny(parts: readonly SummaryPart[]): boolean {
  const printed = templateOf(parts).marks.slice(0, -1);
  return parts.some((part) => printed.some(([, label]) => label === part.label));
}

/**
 * An entry's text as `export` prints it, from its first label to its `</details>`. A missing part is empty, null is `None`.
 * An entry with a task in place of a TL;DR keeps the label of its time.
 */
export function printTexts(texts: Texts): string {
  return printParts(texts) + templateOf(texts.parts).end;
}

/** The parts, the abstract last, as they are read back from what `export` prints: a label within a text starts the next part. */
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

/** The producer prints a JSON null as `None`. */
function printedText(parts: readonly SummaryPart[], label: string): string {
  const part = parts.find((each) => each.label === label);
  return part === undefined ? '' : (part.text ?? 'None');
}
