import { createHash } from 'node:crypto';
import type { DigestEntry } from './digest.ts';
import { unguarded } from './guard-text.ts';
import { oneLine } from './markdown-lines.ts';
import { printsAny, readBack } from './markdown-template.ts';

const PRINTED = ['TL;DR', 'Task', 'Motivation', 'Method', 'Result', 'Conclusion'];

/**
 * SHA-256, in hex, of what an entry says in both forms of its digest, as it is read back from Markdown: title, authors,
 * abstract and the parts that Markdown prints (all parts, where it prints none of them). The two forms of one entry have one
 * hash, and so has what is exported and taken in again. How names are joined does not count: Markdown cannot say it for sure.
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
