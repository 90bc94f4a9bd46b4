import { quote } from './digest-error.ts';

/** One parsed record. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** A field of a record that is not what it should be. */
export class Fault extends Error {
  constructor(key: string, expected: string, got: unknown) {
    super(`expected ${expected} as "${key}", got ${describe(got)}`);
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

/** A field that must be a list of texts; one text counts as a list of one. Throws Fault. */
export function stringList(record: JsonRecord, key: string): string[] {
  const value = record[key];
  const list: unknown[] = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [undefined];
  if (list.every((each) => typeof each === 'string')) return list;
  const wrong = Array.isArray(value) ? list.find((each) => typeof each !== 'string') : value;
  throw new Fault(key, 'a list of texts', wrong);
}
