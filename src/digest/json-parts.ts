import type { SummaryPart } from './digest.ts';
import { Fault, type JsonRecord } from './json-fields.ts';
import { inWrittenOrder } from './written-order.ts';

// Labels whose keys come in other cases too (`TLDR`, `METHOD`), by their lower case.
const LABELS: ReadonlyMap<string, string> = new Map([
  ['tldr', 'TL;DR'],
  ...['TL;DR', 'Task', 'Motivation', 'Background', 'Data', 'Method', 'Result', 'Conclusion'].map(
    (label) => [label.toLowerCase(), label] as const,
  ),
]);

// AI text that some forks write beside `AI`.
const BESIDE = new Set(['toc_summary', 'background_knowledge', 'contribution', 'summary_zh']);

/**
 * The AI text of a record, in the order of its JSON text `json`; undefined where it has none. Throws Fault where `AI` is no
 * object.
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

/** In another case the key may mean something else: only an object will do. */
function isAi(key: string, value: unknown): boolean {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return key === 'AI' || (key.toUpperCase() === 'AI' && isObject);
}

function aiObject(value: unknown): JsonRecord {
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Fault('AI', 'an object', value);
  return value as JsonRecord;
}

/** `translated_summary` is `Translated Summary`. Beside `tldr`, `TLDR` is another part and keeps its own name. */
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
    // What was parsed can be nested deeper than it can be written.
    throw new Fault(key, 'text', value);
  }
}
