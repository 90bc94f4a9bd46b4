import type { JsonRecord } from './json-fields.ts';

// JavaScript objects move keys that look like array indexes to the front; all others keep their order.
const INDEX = /^(?:0|[1-9]\d{0,9})$/;
const TEXT = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?/gs;

/** The keys and values of an object within a record, in the order of the record's JSON source. */
export function inWrittenOrder(
  object: JsonRecord,
  key: string,
  json: string,
): [key: string, value: unknown][] {
  if (!Object.keys(object).some((each) => INDEX.test(each))) return Object.entries(object);
  // A prefix keeps keys from looking like indexes. Any string before a colon is a key.
  const marked = JSON.parse(
    json.replaceAll(TEXT, (text, inner: string, colon: string | undefined) =>
      colon === undefined ? text : `":${inner}"${colon}`,
    ),
  ) as Record<string, JsonRecord>;
  return Object.keys(marked[`:${key}`] ?? {}).map((each) => [each.slice(1), object[each.slice(1)]]);
}
