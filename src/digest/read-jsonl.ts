import { absUrl, parseArxivId, type ArxivId } from '../arxiv/arxiv-id.ts';
import { categoryCode, splitSubjects } from '../arxiv/subjects.ts';
import { cleanEntry } from './clean-entry.ts';
import { quote } from './digest-error.ts';
import type { DigestEntry, DigestItem, DigestProblem, Statement } from './digest.ts';
import { isDay } from '../time/day.ts';
import { authorList } from './json-authors.ts';
import { findJsonFault, LINE_END } from './json-fault.ts';
import {
  dispensable,
  Fault,
  isStated,
  optional,
  optionalText,
  stringList,
  text,
  type JsonRecord,
} from './json-fields.ts';
import { aiParts } from './json-parts.ts';
import { reject, warn } from './problem.ts';
import { MAX_ENTRY_BYTES, type Line } from './read-lines.ts';
import { webUrl } from './web-url.ts';

/**
 * Reads a digest of JSON objects, one per line. Any record shape with an id, a title and a summary will do.
 */
export async function* readJsonl(lines: AsyncIterable<Line>): AsyncGenerator<DigestItem> {
  for await (const line of lines) {
    // No `yield*`: in an async generator it costs as much as reading the line.
    for (const item of line.text.trim() === '' ? [] : readJsonLine(line)) yield item;
  }
}

/** Reads one line: its entry, or its problem. */
export function* readJsonLine(line: Line): Generator<DigestItem> {
  const { number, text: json, fault } = line;
  if (fault !== undefined) {
    const expected = `a record of at most ${MAX_ENTRY_BYTES} bytes of UTF-8`;
    yield reject(number, printedId(json), `expected ${expected}, got ${fault}`);
    return;
  }
  const value = parse(json);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    yield* readRecord(line, value as JsonRecord);
  else
    yield value === undefined
      ? noJson(line)
      : reject(number, printedId(json), `${EXPECTED}, got ${quote(json)}`);
}

const EXPECTED = 'expected a JSON object on one line';

/** Parses JSON. Returns undefined, which is not a JSON value, if the text is not JSON. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function noJson({ number, text: json, ended }: Line): DigestProblem {
  const id = printedId(json);
  const fault = json.trimStart().startsWith('{') ? findJsonFault(json) : undefined;
  if (fault === undefined) return reject(number, id, `${EXPECTED}, got ${quote(json)}`);
  const { column, expected, got } = fault;
  const reachesEnd = column - 1 + got.length >= json.trimEnd().length;
  if (reachesEnd && !ended && expected !== LINE_END) {
    const end = quote(json.slice(-40));
    const message = `the file ends in the middle of this record: expected "}" and a line feed, got ${end}`;
    return reject(number, id, message);
  }
  if (got === '')
    return reject(number, id, `${EXPECTED}, got ${quote(json)}: the line ends where ${expected} is due`);
  return reject(number, id, `${EXPECTED}; at column ${column} expected ${expected}, got ${quote(got)}`);
}

/** Finds the id of a record that is not JSON. Most records start with it. */
function printedId(json: string): string | undefined {
  const id = /"id":\s*"([^"]*)"/.exec(json)?.[1];
  return id === undefined ? undefined : parseArxivId(id)?.id;
}

function* readRecord(line: Line, record: JsonRecord): Generator<DigestItem> {
  const doubts: string[] = [];
  const read = tryToRead(line, record, (message) => doubts.push(message));
  if (read.kind === 'problem') {
    yield read;
    return;
  }
  for (const message of doubts) yield warn(line.number, read.arxivId.id, message);
  yield* cleanEntry(read);
}

type Doubt = (message: string) => void;

function tryToRead(
  { number: line, text: json }: Line,
  record: JsonRecord,
  doubt: Doubt,
): DigestEntry | DigestProblem {
  try {
    const arxivId = readId(record);
    const statement = readStatement(record, arxivId, doubt);
    return { kind: 'entry', line, arxivId, statement, parts: aiParts(record, json) };
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

function readStatement(record: JsonRecord, arxivId: ArxivId, doubt: Doubt): Statement {
  const { id } = arxivId;
  const url = optionalText(record, 'abs') ?? optionalText(record, 'url') ?? absUrl(id);
  const version = highestVersion(arxivId, parseArxivId(url));
  const comment = record['comment'] === null ? null : optionalText(record, 'comment');
  return {
    ...(url === absUrl(id) ? {} : { url }),
    ...(version === undefined ? {} : { version }),
    title: text(record, 'title'),
    abstract: text(record, 'summary'),
    authors: optional(record, 'authors', authorList) ?? [],
    ...categoriesOf(record),
    ...(comment === undefined ? {} : { comment }),
    ...codeOf(record, doubt),
  };
}

/**
 * The higher of the versions in the record's id and link. The link counts if it is to the same paper, because
 * Markdown prints only the link.
 */
function highestVersion({ id, version }: ArxivId, link: ArxivId | undefined): number | undefined {
  const linked = link?.id === id ? link.version : undefined;
  return version === undefined || linked === undefined ? (version ?? linked) : Math.max(version, linked);
}

function categoriesOf(record: JsonRecord): Pick<Statement, 'category' | 'categories'> {
  const cate = optional(record, 'cate', subjectList);
  const categories = optional(record, 'categories', subjectList) ?? cate;
  const primary = optionalText(record, 'primary_category');
  const category =
    (primary === undefined ? undefined : asPrinted(primary)[0]) ?? cate?.[0] ?? categories?.[0];
  return {
    ...(category === undefined || category === '' ? {} : { category }),
    ...(categories === undefined ? {} : { categories }),
  };
}

/** Reads subjects: a list, or one text that lists them. */
function subjectList(record: JsonRecord, key: string): string[] {
  const value = record[key];
  return typeof value === 'string' ? splitSubjects(value) : stringList(record, key).flatMap(asPrinted);
}

/** Splits a text only if it lists codes. Free text, MSC and ACM classes contain separators of their own. */
function asPrinted(subject: string): string[] {
  const codes = splitSubjects(subject);
  return codes.length > 0 && codes.every((code) => categoryCode(code) === code) ? codes : [subject];
}

function codeOf(
  record: JsonRecord,
  doubt: Doubt,
): Pick<Statement, 'codeUrl' | 'codeStars' | 'codeUpdatedOn'> {
  const codeUrl = dispensable(record, 'code_url', { read: webAddress, doubt });
  const codeStars = dispensable(record, 'code_stars', { read: count, doubt });
  const codeUpdatedOn = dispensable(record, 'code_last_update', { read: day, doubt });
  if (codeUrl === undefined) {
    const alone = codeStars === undefined ? codeUpdatedOn && 'code_last_update' : 'code_stars';
    if (alone !== undefined && !isStated(record, 'code_url'))
      doubt(`expected "code_url" beside "${alone}", got none; it is left out`);
    return {};
  }
  return {
    codeUrl,
    ...(codeStars === undefined ? {} : { codeStars }),
    ...(codeUpdatedOn === undefined ? {} : { codeUpdatedOn }),
  };
}

function webAddress(record: JsonRecord, key: string): string {
  const value = record[key];
  const read = typeof value === 'string' ? webUrl(value) : undefined;
  if (read === undefined) throw new Fault(key, 'a URL of http or https', value);
  return read;
}

const LARGEST_INT = 2 ** 31 - 1;

function count(record: JsonRecord, key: string): number {
  const value = record[key];
  const number = typeof value === 'string' && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : value;
  if (!Number.isInteger(number) || Number(number) < 0 || Number(number) > LARGEST_INT) {
    throw new Fault(key, `a whole number from 0 to ${LARGEST_INT}`, value);
  }
  return Number(number);
}

/** Reads a day; an instant is cut to its day. */
function day(record: JsonRecord, key: string): string {
  const value = text(record, key);
  const [, printed = ''] = /^\s*(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?$/s.exec(value.trimEnd()) ?? [];
  if (!isDay(printed)) throw new Fault(key, 'a day (YYYY-MM-DD)', value);
  return printed;
}
