import { quote } from './digest-error.ts';
import { isPlaceholder } from './summary.ts';

/** One parsed record. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** A field of a record that is not what it should be. */
export class Fault extends Error {
  constructor(key: string, expected: string, got: unknown) {
    // Nobody reads the stack of a fault, and taking it down is most of the work that a bad record makes.
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

/** A field that must be text. Throws Fault. */
export function text(record: JsonRecord, key: string): string {
  const value = record[key];
  if (typeof value !== 'string') throw new Fault(key, 'text', value);
  return value;
}

/** A field that may be absent or null, and else must be text. Throws Fault. */
export function optionalText(record: JsonRecord, key: string): string | undefined {
  return optional(record, key, text);
}

/** A field that may be absent or null, and else is what `read` reads. Throws what `read` throws. */
export function optional<T>(
  record: JsonRecord,
  key: string,
  read: (record: JsonRecord, key: string) => T,
): T | undefined {
  return record[key] === undefined || record[key] === null ? undefined : read(record, key);
}

/** Whether a field is there and says something: null, blank text and words such as `n/a` say nothing. */
export function isStated(record: JsonRecord, key: string): boolean {
  const value = record[key] ?? null;
  return typeof value === 'string' ? !isPlaceholder(value) : value !== null;
}

/** A field without which the record is still good: where `read` throws Fault, `doubt` is told and the field left out. */
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

/** A field that must be a list of texts; one text counts as a list of one. Throws Fault. */
export function stringList(record: JsonRecord, key: string): string[] {
  const value = record[key];
  const list: unknown[] = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [undefined];
  if (list.every((each) => typeof each === 'string')) return list;
  const wrong = Array.isArray(value) ? list.find((each) => typeof each !== 'string') : value;
  throw new Fault(key, 'a list of texts', wrong);
}
