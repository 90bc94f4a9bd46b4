import { createHash } from 'node:crypto';
import type { DigestEntry } from './digest.ts';
import { unguarded } from './guard-text.ts';
import { oneLine } from './markdown-lines.ts';
import { printsAny, readBack } from './markdown-template.ts';

const PRINTED = ['TL;DR', 'Task', 'Motivation', 'Method', 'Result', 'Conclusion'];

/**
 * The SHA-256, in hex, of the content that both forms of an entry share, as read back from Markdown: title,
 * authors, abstract and the parts that Markdown prints (or all parts, if it prints none). So the Markdown and
 * the JSONL of an entry have the same hash, and an export that is ingested again keeps it. Separators of
 * names do not count, as Markdown is ambiguous there.
 */
export function contentHash({ statement, parts = [] }: Pick<DigestEntry, 'statement' | 'parts'>): string {
  const { title, authors } = statement;
  const names = authors.map(oneLine).join(',').replaceAll(/, +/g, ',');
  const read = readBack({ parts, abstract: statement.abstract });
  const texts = new Map(read.map(({ label, text }) => [label, unguarded(text ?? '')]));
  const printed = PRINTED.map((label) => texts.get(label) ?? '');
  const isSilent = printed.every((text) => text === '');
  const said = isSilent ? (printsAny(parts) ? [] : parts) : printed;
  const content = JSON.stringify([oneLine(title), names, texts.get('Abstract'), said]);
  return createHash('sha256').update(content).digest('hex');
}
