import type { SummaryPart } from './digest.ts';
import { Fault, type JsonRecord } from './json-fields.ts';
import { inWrittenOrder } from './written-order.ts';

// Labels by lower-case key, for keys that occur in several cases (`TLDR`, `METHOD`).
const LABELS: ReadonlyMap<string, string> = new Map([
  ['tldr', 'TL;DR'],
  ...['TL;DR', 'Task', 'Motivation', 'Background', 'Data', 'Method', 'Result', 'Conclusion'].map(
    (label) => [label.toLowerCase(), label] as const,
  ),
]);

// Keys of AI text that some forks write beside `AI`.
const BESIDE = new Set(['toc_summary', 'background_knowledge', 'contribution', 'summary_zh']);

/**
 * The AI text of a record, in the order of its JSON source `json`; undefined if it has none. Throws Fault if
 * `AI` is not an object.
 */
export function aiParts(record: JsonRecord, json: string): SummaryPart[] | undefined {
  const published = Object.entries(record).flatMap(([key, value]) =>
    isAi(key, value)
      ? inWrittenOrder(aiObject(value), key, json)
      : BESIDE.has(key)
        ? [[key, value] as const]
        : [],
  );
  const keys = new Set(published.map(([key]) => key));
  const parts = published.map(([key, value]) => ({ label: labelOf(key, keys), text: textOf(key, value) }));
  return parts.length === 0 ? undefined : parts;
}

/** A key like `ai` may mean something else, so only an object counts. */
function isAi(key: string, value: unknown): boolean {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return key === 'AI' || (key.toUpperCase() === 'AI' && isObject);
}

function aiObject(value: unknown): JsonRecord {
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Fault('AI', 'an object', value);
  return value as JsonRecord;
}

/**
 * Turns `translated_summary` into `Translated Summary`. If a record has both `tldr` and `TLDR`, the second
 * keeps its name.
 */
function labelOf(key: string, keys: ReadonlySet<string>): string {
  const lower = key.toLowerCase();
  const label = key === lower || !keys.has(lower) ? LABELS.get(lower) : undefined;
  return (
    label ??
    key
      .split('_')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(' ')
  );
}

function textOf(key: string, value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(', ');
  try {
    return JSON.stringify(value);
  } catch {
    // JSON.stringify overflows the stack on nesting that JSON.parse can read.
    throw new Fault(key, 'text', value);
  }
}
