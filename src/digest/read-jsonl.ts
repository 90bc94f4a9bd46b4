import { absUrl, parseArxivId, type ArxivId } from '../arxiv/arxiv-id.ts';
import { cleanEntry } from './clean-entry.ts';
import { quote } from './digest-error.ts';
import type { DigestEntry, DigestItem, Statement } from './digest.ts';
import { isDay } from './file-name.ts';
import { aiParts } from './json-parts.ts';
import { Fault, optional, optionalText, stringList, text, type JsonRecord } from './json-fields.ts';
import { reject } from './problem.ts';
import { MAX_ENTRY_BYTES, type Line } from './read-lines.ts';

/** Reads a digest of JSON objects, one a line, in every record shape that has an id, a title and a summary. */
export async function* readJsonl(lines: AsyncIterable<Line>): AsyncGenerator<DigestItem> {
  for await (const line of lines) {
    if (line.text.trim() === '') continue;
    const read = readLine(line);
    if (read.kind === 'entry') yield* cleanEntry(read);
    else yield read;
  }
}

function readLine(line: Line): DigestItem {
  const { number, text: json, fault } = line;
  if (fault !== undefined) {
    const expected = `a record of at most ${MAX_ENTRY_BYTES} bytes of UTF-8`;
    return reject(number, printedId(json), `expected ${expected}, got ${fault}`);
  }
  const value = parse(json);
  if (value === undefined && !line.ended) return cut(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return reject(number, printedId(json), `expected a JSON object on one line, got ${quote(json)}`);
  }
  return readRecord(number, value as JsonRecord);
}

/** Undefined, which JSON cannot say, where the text is not JSON. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The id of a record that cannot be parsed: most have it at the start. */
function printedId(json: string): string | undefined {
  const id = /"id":\s*"([^"]*)"/.exec(json)?.[1];
  return id === undefined ? undefined : parseArxivId(id)?.id;
}

function cut({ number, text: json }: Line): DigestItem {
  const end = quote(json.slice(-40));
  return reject(
    number,
    printedId(json),
    `the file ends in the middle of this record: expected "}" and a line feed, got ${end}`,
  );
}

function readRecord(line: number, record: JsonRecord): DigestItem {
  try {
    const arxivId = readId(record);
    const statement = readStatement(record, arxivId);
    return { kind: 'entry', line, arxivId, statement, parts: aiParts(record) } satisfies DigestEntry;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const id = record['id'];
    return reject(line, typeof id === 'string' ? parseArxivId(id)?.id : undefined, error.message);
  }
}

function readId(record: JsonRecord): ArxivId {
  const printed = text(record, 'id');
  const id = parseArxivId(printed);
  if (id === undefined) throw new Fault('id', 'an arXiv id', printed);
  return id;
}

function readStatement(record: JsonRecord, { id, version }: ArxivId): Statement {
  const url = optionalText(record, 'abs') ?? optionalText(record, 'url') ?? absUrl(id);
  const comment = record['comment'] === null ? null : optionalText(record, 'comment');
  return {
    ...(url === absUrl(id) ? {} : { url }),
    ...(version === undefined ? {} : { version }),
    title: text(record, 'title'),
    abstract: text(record, 'summary'),
    authors: optional(record, 'authors', authorList) ?? [],
    ...categoriesOf(record),
    ...(comment === undefined ? {} : { comment }),
    ...codeOf(record),
  };
}

function categoriesOf(record: JsonRecord): Pick<Statement, 'category' | 'categories'> {
  const cate = optional(record, 'cate', stringList);
  const categories = optional(record, 'categories', stringList) ?? cate;
  const category = optionalText(record, 'primary_category') ?? cate?.[0] ?? categories?.[0];
  return {
    ...(category === undefined || category === '' ? {} : { category }),
    ...(categories === undefined ? {} : { categories }),
  };
}

/** One string holds all names in the records of some forks. */
function authorList(record: JsonRecord, key: string): string[] {
  const value = record[key];
  if (typeof value !== 'string') return stringList(record, key);
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function codeOf(record: JsonRecord): Pick<Statement, 'codeUrl' | 'codeStars' | 'codeUpdatedOn'> {
  const codeUrl = optionalText(record, 'code_url');
  const codeStars = optional(record, 'code_stars', count);
  const codeUpdatedOn = optional(record, 'code_last_update', day);
  if (codeUrl === undefined || codeUrl === '') return {};
  return {
    codeUrl,
    ...(codeStars === undefined ? {} : { codeStars }),
    ...(codeUpdatedOn === undefined ? {} : { codeUpdatedOn }),
  };
}

const LARGEST_INT = 2 ** 31 - 1;

function count(record: JsonRecord, key: string): number {
  const value = record[key];
  if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > LARGEST_INT) {
    throw new Fault(key, `a whole number from 0 to ${LARGEST_INT}`, value);
  }
  return Number(value);
}

function day(record: JsonRecord, key: string): string {
  const value = text(record, key);
  if (!isDay(value)) throw new Fault(key, 'a day (YYYY-MM-DD)', value);
  return value;
}
