import type { SummaryPart } from './digest.ts';
import { Fault, type JsonRecord } from './json-fields.ts';

// As the producer's Markdown labels them.
const LABELS: ReadonlyMap<string, string> = new Map([['tldr', 'TL;DR']]);

// AI text that some forks write beside `AI`.
const BESIDE = new Set(['toc_summary', 'background_knowledge', 'contribution', 'summary_zh']);

/** The AI text of a record in published order; undefined where it has none. Throws Fault where `AI` is no object. */
export function aiParts(record: JsonRecord): SummaryPart[] | undefined {
  const published = Object.entries(record).flatMap(([key, value]) =>
    key === 'AI' ? Object.entries(aiObject(value)) : BESIDE.has(key) ? [[key, value] as const] : [],
  );
  const parts = published.map(([key, value]) => ({ label: labelOf(key), text: textOf(key, value) }));
  return parts.length === 0 ? undefined : parts;
}

function aiObject(value: unknown): JsonRecord {
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Fault('AI', 'an object', value);
  return value as JsonRecord;
}

/** `translated_summary` is `Translated Summary`. */
function labelOf(key: string): string {
  const words = key.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return LABELS.get(key) ?? words.join(' ');
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
