import type { DigestEntry, DigestItem } from './digest.ts';
import { longName } from './long-names.ts';
import { reject, warn } from './problem.ts';

// eslint-disable-next-line no-control-regex -- NUL is what it looks for
const NUL = /\0/g;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const EITHER = /[\0\uD800-\uDFFF]/;

/**
 * Removes the characters that Postgres text cannot store. If there were any, the entry comes after a warning
 * that counts them. Yields a problem instead of the entry if it has a name that is too long for an index of
 * Postgres.
 */
export function* cleanEntry(entry: DigestEntry): Generator<DigestItem> {
  const fault = longName(entry.statement);
  if (fault !== undefined) {
    yield reject(entry.line, entry.arxivId.id, fault);
    return;
  }
  const removed = { nul: 0, surrogates: 0 };
  const [statement, parts] = clean([entry.statement, entry.parts] as const, removed);
  const { nul, surrogates } = removed;
  if (nul + surrogates === 0) {
    yield entry;
    return;
  }
  const done = [
    ...(nul === 0 ? [] : [`removed ${nul} NUL character${nul === 1 ? '' : 's'}`]),
    ...(surrogates === 0
      ? []
      : [`replaced ${surrogates} unpaired surrogate${surrogates === 1 ? '' : 's'} by U+FFFD`]),
  ].join(' and ');
  const message = `${done}, which Postgres text cannot hold`;
  yield warn(entry.line, entry.arxivId.id, message);
  yield { ...entry, statement, parts };
}

function clean<T>(value: T, removed: { nul: number; surrogates: number }): T {
  if (typeof value === 'string') return (EITHER.test(value) ? cleanText(value, removed) : value) as T;
  if (Array.isArray(value)) return value.map((each: unknown) => clean(each, removed)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [key, clean(each, removed)]),
  ) as T;
}

function cleanText(text: string, removed: { nul: number; surrogates: number }): string {
  return text
    .replaceAll(NUL, () => (removed.nul++, ''))
    .replaceAll(LONE_SURROGATE, () => (removed.surrogates++, '\uFFFD'));
}
