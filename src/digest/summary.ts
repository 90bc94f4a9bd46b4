import type { SummaryPart } from './digest.ts';

/** The status of AI text, and the parts that have their own field; null if the part has no text. */
export interface SummaryFields {
  readonly status: 'COMPLETE' | 'PARTIAL' | 'FAILED';
  readonly tldr: string | null;
  readonly motivation: string | null;
  readonly method: string | null;
  readonly result: string | null;
  readonly conclusion: string | null;
}

/** The label of the part that sums a paper up in a sentence or two. */
export const TLDR_LABEL = 'TL;DR';

/** The parts that have their own field, in the order of the usual template. */
export const PARTS_WITH_FIELD = [
  { label: TLDR_LABEL, field: 'tldr' },
  { label: 'Motivation', field: 'motivation' },
  { label: 'Method', field: 'method' },
  { label: 'Result', field: 'result' },
  { label: 'Conclusion', field: 'conclusion' },
] as const;

/** Stored AI text. Its parts are null if they are those with a field, all of them, in this order. */
export interface StoredParts extends Omit<SummaryFields, 'status'> {
  readonly parts: readonly SummaryPart[] | null;
}

/** The parts of stored AI text, as published. */
export function partsOf(stored: StoredParts): readonly SummaryPart[] {
  return stored.parts ?? PARTS_WITH_FIELD.map(({ label, field }) => ({ label, text: stored[field] }));
}

// Texts that producers print when the model fails. The whole text must match, ignoring case: real text may
// also start with "Error".
const PLACEHOLDERS = [
  'Summary generation failed',
  'Motivation analysis unavailable',
  'Method extraction failed',
  'Result analysis unavailable',
  'Conclusion extraction failed',
  'Processing failed',
  'Error',
  'None',
  'Null',
  'N/A',
  '-',
  '错误：AI分析失败。',
  '达到API配额限制，请明天再试',
  'Error: API quota exceeded',
  '请联系管理员或等待明天API配额重置。',
  'Request timed out.',
  'Error: Failed to generate summary.',
  'This content has not passed the compliance test and has been hidden.',
];
const IN_LOWER_CASE = new Set(PLACEHOLDERS.map((text) => text.toLowerCase()));
const LONGEST_PLACEHOLDER = Math.max(...PLACEHOLDERS.map((text) => text.length));
const API_ERROR = /^Error code: \d{3} - \{.*\}$/s;

// The sets of parts that producers' prompts ask for. A record is compared with the set that it has most of.
const TEMPLATES: readonly (readonly string[])[] = [
  ['TL;DR', 'Motivation', 'Method', 'Result', 'Conclusion'],
  ['Task', 'Motivation', 'Method', 'Result', 'Conclusion'],
  ['TL;DR', 'Background', 'Data', 'Method', 'Result'],
  ['Background Knowledge', 'Contribution'],
];

/** Computes the status and fields of AI text. Text stays as published, untrimmed. */
export function summaryFields(parts: readonly SummaryPart[]): SummaryFields {
  const texts = new Map(sections(parts).map(({ label, text }) => [label, text]));
  const wanted = new Set([...templateOf(parts), ...parts.map(({ label }) => label)]);
  const complete = [...wanted].every((label) => texts.has(label));
  return {
    status: texts.size === 0 ? 'FAILED' : complete ? 'COMPLETE' : 'PARTIAL',
    tldr: texts.get(TLDR_LABEL) ?? null,
    motivation: texts.get('Motivation') ?? null,
    method: texts.get('Method') ?? null,
    result: texts.get('Result') ?? null,
    conclusion: texts.get('Conclusion') ?? null,
  };
}

/** The parts that have text, in published order. */
export function sections(parts: readonly SummaryPart[]): { label: string; text: string }[] {
  return parts.flatMap(({ label, text }) => (text === null || isPlaceholder(text) ? [] : [{ label, text }]));
}

/** Whether a text is blank or a placeholder that producers print instead of one. */
export function isPlaceholder(text: string): boolean {
  const bare = text.trim();
  if (bare === '' || API_ERROR.test(bare)) return true;
  return bare.length <= LONGEST_PLACEHOLDER && IN_LOWER_CASE.has(bare.toLowerCase());
}

function templateOf(parts: readonly SummaryPart[]): readonly string[] {
  const labels = new Set(parts.map(({ label }) => label));
  const fit = TEMPLATES.map((template) => ({
    template,
    has: template.filter((label) => labels.has(label)).length,
  }));
  return fit.reduce((best, next) => (next.has > best.has ? next : best)).template;
}
