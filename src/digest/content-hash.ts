import { createHash } from 'node:crypto';
import type { DigestEntry, SummaryPart } from './digest.ts';

const PRINTED = ['TL;DR', 'Task', 'Motivation', 'Method', 'Result', 'Conclusion'];

/** Tells the parts that the producer's Markdown prints from those that only JSONL carries. */
export function isPrinted({ label }: SummaryPart): boolean {
  return PRINTED.includes(label);
}

/**
 * SHA-256, in hex, of what an entry says in both forms of its digest: title, authors, abstract and the parts that
 * Markdown prints (all parts, where it prints none of them). The two forms of one entry have one hash.
 */
export function contentHash({ statement, parts = [] }: Pick<DigestEntry, 'statement' | 'parts'>): string {
  const { title, authors, abstract } = statement;
  const said = parts.some(isPrinted) ? PRINTED.map((label) => printedText(parts, label)) : parts;
  const content = JSON.stringify([title, authors.join(','), abstract, said]);
  return createHash('sha256').update(content).digest('hex');
}

/** The producer prints a JSON null as `None` and nothing for a part that is not there. */
function printedText(parts: readonly SummaryPart[], label: string): string {
  const part = parts.find((each) => each.label === label);
  return part === undefined ? '' : (part.text ?? 'None');
}
