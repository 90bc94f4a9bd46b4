import { absUrl, parseArxivId, type ArxivId } from '../arxiv/arxiv-id.ts';
import { cleanEntry } from './clean-entry.ts';
import { quote } from './digest-error.ts';
import type { DigestEntry, DigestItem, Statement } from './digest.ts';
import { isDay } from './file-name.ts';
import { aiParts } from './json-parts.ts';
import { Fault, optional, optionalText, stringList, text, type JsonRecord } from './json-fields.ts';
import { MAX_ENTRY_BYTES, type Line } from './read-lines.ts';

/** Reads a digest of JSON objects, one a line, in every record shape that has an id, a title and a summary. */
export async function* readJsonl(lines: AsyncIterable<Line>): AsyncGenerator<DigestItem> {
  let rejected: { line: Line; item: DigestItem } | undefined;
  for await (const line of lines) {
    if (rejected !== undefined) yield rejected.item;
    rejected = undefined;
    if (line.fault === undefined && line.text.trim() === '') continue;
    const read = readLine(line);
    if (read.kind === 'entry') yield* cleanEntry(read);
    else rejected = { line, item: read };
  }
  if (rejected !== undefined) yield isCut(rejected.line) ? cut(rejected.line) : rejected.item;
}

function readLine({ number, text: json, fault }: Line): DigestItem {
  if (fault !== undefined) {
    return reject(
      number,
      undefined,
      `expected a record of at most ${MAX_ENTRY_BYTES} bytes of UTF-8, got ${fault}`,
    );
  }
  const record = parse(json);
  if (record === undefined)
    return reject(number, undefined, `expected a JSON object on one line, got ${quote(json)}`);
  try {
    return readRecord(number, record);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { id } = record;
    return reject(number, typeof id === 'string' ? parseArxivId(id)?.id : undefined, error.message);
  }
}

function parse(json: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

function reject(line: number, arxivId: string | undefined, message: string): DigestItem {
  return { kind: 'problem', severity: 'REJECTED', line, arxivId, message };
}

/** A last line that begins as a record and does not close. */
function isCut({ text: json }: Line): boolean {
  return json.trimStart().startsWith('{') && !json.trimEnd().endsWith('}') && parse(json) === undefined;
}

function cut({ number, text: json }: Line): DigestItem {
  const id = /"id":\s*"([^"]*)"/.exec(json)?.[1];
  const arxivId = id === undefined ? undefined : parseArxivId(id)?.id;
  return reject(
    number,
    arxivId,
    `the file ends in the middle of this record: expected "}", got ${quote(json.slice(-40))}`,
  );
}

function readRecord(line: number, record: JsonRecord): DigestEntry {
  const arxivId = readId(record);
  return { kind: 'entry', line, arxivId, statement: readStatement(record, arxivId), parts: aiParts(record) };
}

function readId(record: JsonRecord): ArxivId {
  const printed = text(record, 'id');
  const id = parseArxivId(printed);
  if (id === undefined) throw new Fault('id', 'an arXiv id', printed);
  return id;
}

function readStatement(record: JsonRecord, { id, version }: ArxivId): Statement {
  const url = optionalText(record, 'abs') ?? optionalText(record, 'url');
  const categories = optional(record, 'categories', stringList) ?? optional(record, 'cate', stringList);
  const category =
    optionalText(record, 'primary_category') ?? optional(record, 'cate', stringList)?.[0] ?? categories?.[0];
  return {
    ...(url === undefined || url === absUrl(id) ? {} : { url }),
    ...(version === undefined ? {} : { version }),
    title: text(record, 'title'),
    abstract: text(record, 'summary'),
    authors: optional(record, 'authors', authorList) ?? [],
    ...(category === undefined ? {} : { category }),
    ...(categories === undefined ? {} : { categories }),
    ...(record['comment'] === null ? { comment: null } : {}),
    ...stated('comment', optionalText(record, 'comment')),
    ...codeOf(record),
  };
}

/** One string holds all names in the records of some forks. */
function authorList(record: JsonRecord, key: string): string[] {
  const value = record[key];
  return typeof value === 'string' ? value.split(',').map((name) => name.trim()) : stringList(record, key);
}

function codeOf(record: JsonRecord): Pick<Statement, 'codeUrl' | 'codeStars' | 'codeUpdatedOn'> {
  const codeUrl = optionalText(record, 'code_url');
  if (codeUrl === undefined || codeUrl === '') return {};
  const stars = record['code_stars'];
  const updated = optionalText(record, 'code_last_update');
  return {
    codeUrl,
    ...(Number.isSafeInteger(stars) ? { codeStars: Math.min(Number(stars), 2 ** 31 - 1) } : {}),
    ...(updated !== undefined && isDay(updated) ? { codeUpdatedOn: updated } : {}),
  };
}

function stated<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, string>);
}
