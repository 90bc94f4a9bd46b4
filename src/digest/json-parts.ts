import type { SummaryPart } from './digest.ts';
import { Fault, type JsonRecord } from './json-fields.ts';

// As the producer's Markdown labels them.
const LABELS: Readonly<Record<string, string>> = { tldr: 'TL;DR' };

// AI text that some forks write beside the summary, not into `AI`.
const TOP_LEVEL = ['toc_summary', 'background_knowledge', 'contribution'];

/** The AI text of a record in published order; undefined where it has none. Throws Fault where `AI` is no object. */
export function aiParts(record: JsonRecord): SummaryPart[] | undefined {
  const ai = record['AI'] ?? {};
  if (typeof ai !== 'object' || Array.isArray(ai)) throw new Fault('AI', 'an object', ai);
  const beside = TOP_LEVEL.filter((key) => key in record).map((key): [string, unknown] => [key, record[key]]);
  const parts = [...Object.entries(ai), ...beside].map(([key, value]: [string, unknown]) => ({
    label: labelOf(key),
    text: textOf(value),
  }));
  return parts.length === 0 ? undefined : parts;
}

/** `translated_summary` is `Translated Summary`. */
function labelOf(key: string): string {
  const words = key.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return LABELS[key] ?? words.join(' ');
}

function textOf(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(', ');
  return JSON.stringify(value);
}
