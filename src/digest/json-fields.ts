import { quote } from './digest-error.ts';
import { isPlaceholder } from './summary.ts';

/** One parsed record. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** A field of a record has an unexpected value. */
export class Fault extends Error {
  constructor(key: string, expected: string, got: unknown) {
    // Faults need no stack trace, and capturing one is most of the cost of a bad record.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`expected ${expected} as "${key}", got ${describe(got)}`);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'none';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? quote(value) : JSON.stringify(value);
}

/** Reads a required text field. Throws Fault. */
export function text(record: JsonRecord, key: string): string {
  const value = record[key];
  if (typeof value !== 'string') throw new Fault(key, 'text', value);
  return value;
}

/** Reads an optional text field; null counts as absent. Throws Fault. */
export function optionalText(record: JsonRecord, key: string): string | undefined {
  return optional(record, key, text);
}

/** Reads an optional field with `read`; null counts as absent. Throws what `read` throws. */
export function optional<T>(
  record: JsonRecord,
  key: string,
  read: (record: JsonRecord, key: string) => T,
): T | undefined {
  return record[key] === undefined || record[key] === null ? undefined : read(record, key);
}

/** Whether a field has content. Null, blank text and words such as `n/a` count as empty. */
export function isStated(record: JsonRecord, key: string): boolean {
  const value = record[key] ?? null;
  return typeof value === 'string' ? !isPlaceholder(value) : value !== null;
}

/**
 * Reads a field that the record can do without. If `read` throws Fault, calls `doubt` and leaves the field
 * out.
 */
export function dispensable<T>(
  record: JsonRecord,
  key: string,
  { read, doubt }: { read: (record: JsonRecord, key: string) => T; doubt: (message: string) => void },
): T | undefined {
  if (!isStated(record, key)) return undefined;
  try {
    return read(record, key);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    doubt(`${error.message}; it is left out`);
    return undefined;
  }
}

/** Reads a required list of texts; a single text counts as a list of one. Throws Fault. */
export function stringList(record: JsonRecord, key: string): string[] {
  const value = record[key];
  const list: unknown[] = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [undefined];
  if (list.every((each) => typeof each === 'string')) return list;
  const wrong = Array.isArray(value) ? list.find((each) => typeof each !== 'string') : value;
  throw new Fault(key, 'a list of texts', wrong);
}
