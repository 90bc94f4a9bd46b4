import type { DigestForm, DigestItem } from './digest.ts';
import { DigestError, quote } from './digest-error.ts';
import { warn } from './problem.ts';
import { readJsonl, readJsonLine } from './read-jsonl.ts';
import { MAX_ENTRY_BYTES, readLines, type Line } from './read-lines.ts';
import { readMarkdown } from './read-markdown.ts';

/** A file that was recognised as a digest. */
export interface OpenedDigest {
  readonly form: DigestForm;
  /**
   * Entries and problems, read lazily; can be iterated once. Has no entries if the table of contents
   * announces none. Throws DigestError if no entry is good, because then the record shape is unknown.
   */
  readonly items: AsyncIterable<DigestItem>;
}

/**
 * Recognises a digest by its content and opens it; undefined for an empty or blank file. Memory use does not
 * grow with the file. Rejects with DigestError if the first lines show that the file is not a digest, and
 * with any error of `chunks`.
 */
export async function openDigest(chunks: AsyncIterable<Uint8Array>): Promise<OpenedDigest | undefined> {
  const lines = readLines(chunks);
  const first = await firstLine(lines);
  if (first === undefined) return undefined;
  const opened = await openForm(first.line, lines);
  if (opened === undefined) {
    await lines.return(undefined);
    throw unknown(first.line);
  }
  const { form, items } = opened;
  return { form, items: entriesOrError(first.bom ? withBomWarning(items) : items) };
}

async function openForm(first: Line, lines: AsyncGenerator<Line>): Promise<OpenedDigest | undefined> {
  if (first.text.trimStart().startsWith('{'))
    return { form: 'JSONL', items: readJsonl(joined([first], lines)) };
  if (MARKDOWN.test(withoutCr(first).text)) {
    const change = first.text.endsWith('\r') ? withoutCr : undefined;
    return { form: 'MARKDOWN', items: readMarkdown(joined([first], lines, change)) };
  }
  const head = await recordsAfter(first, lines);
  return head === undefined ? undefined : { form: 'JSONL', items: readJsonl(joined(head, lines)) };
}

/** If the first line ends with CR LF, every CR before LF is part of the line end. */
function withoutCr(line: Line): Line {
  return line.text.endsWith('\r') ? { ...line, text: line.text.slice(0, -1) } : line;
}

const BOM = '\uFEFF';

async function firstLine(lines: AsyncGenerator<Line>): Promise<{ line: Line; bom: boolean } | undefined> {
  let bom = false;
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const line = next.value;
    bom ||= line.number === 1 && line.text.startsWith(BOM);
    const text = bom && line.number === 1 ? line.text.slice(1) : line.text;
    if (text.trim() !== '') return { line: { ...line, text }, bom };
  }
  return undefined;
}

/** Without a table of contents, a digest starts with the title of a section: just a category. */
const MARKDOWN = /^(?:### \[|<div id=|# Table of Contents$|# [a-z-]+(?:\.[A-Za-z-]+)?(?: \[|$))/;

const JSON_ARRAY = /^\s*\[\s*(?:\{|$)/;
/** A heading, a tag or a code fence suggests a page that quotes records. */
const PAGE = /^\s*(?:#|<[!/A-Za-z]|```)/;
const MOST_LOOKED_AT = 100;
const MOST_CHARACTERS = 2 * MAX_ENTRY_BYTES;

/**
 * The first lines of a JSONL file that starts with something else, such as merge marks or log lines.
 * Undefined if fewer than one in five of them are good records, or fewer than half in what may be a page.
 */
async function recordsAfter(first: Line, lines: AsyncGenerator<Line>): Promise<Line[] | undefined> {
  if (JSON_ARRAY.test(first.text)) return undefined;
  const head: Line[] = [];
  let records = 0;
  let others = 0;
  let characters = 0;
  for (let line: Line | undefined = first; line !== undefined; line = await nextOf(lines)) {
    head.push(line);
    characters += line.fault === undefined ? line.text.length : MAX_ENTRY_BYTES;
    if (isRecord(line)) records += 1;
    else if (line.text.trim() !== '') others += 1;
    if (head.length === MOST_LOOKED_AT || characters > MOST_CHARACTERS) break;
  }
  return records >= (PAGE.test(first.text) ? others + 1 : others / 4) && records > 0 ? head : undefined;
}

function isRecord(line: Line): boolean {
  if (!line.text.trimStart().startsWith('{')) return false;
  return [...readJsonLine(line)].some(({ kind }) => kind === 'entry');
}

async function nextOf(lines: AsyncGenerator<Line>): Promise<Line | undefined> {
  const next = await lines.next();
  return next.done === true ? undefined : next.value;
}

function unknown({ number, text, fault }: Line): DigestError {
  const known =
    'a digest: JSON objects, one per line, or Markdown that starts with a table of contents ' +
    '("<div id=toc></div>") or an entry ("### [")';
  return new DigestError(number, `expected ${known}, got ${fault ?? quote(text)}`);
}

/** Not a generator: passing every line through another generator would cost as much as reading it. */
function joined(
  head: Line[],
  rest: AsyncGenerator<Line>,
  change: (line: Line) => Line = (line) => line,
): AsyncIterableIterator<Line> {
  return {
    next: async () => {
      const first = head.shift();
      if (first !== undefined) return { value: change(first), done: false };
      const next = await rest.next();
      return next.done === true ? next : { value: change(next.value), done: false };
    },
    return: async () => await rest.return(undefined),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* withBomWarning(items: AsyncIterable<DigestItem>): AsyncGenerator<DigestItem> {
  const message = 'dropped the byte order mark at the start';
  yield warn(1, undefined, message);
  yield* items;
}

// Gives up after this many leading problems; buffering more would be unbounded.
const MOST_WAITING = 10_000;

/** Buffers all items up to the first good entry, because a file without one is refused as a whole. */
async function* entriesOrError(items: AsyncIterable<DigestItem>): AsyncGenerator<DigestItem> {
  const waiting: DigestItem[] = [];
  let known = false;
  for await (const item of items) {
    if (!known) waiting.push(item);
    else yield item;
    if (!known && item.kind === 'entry') {
      known = true;
      yield* waiting.splice(0);
    }
    if (waiting.length >= MOST_WAITING) break;
  }
  if (known) return;
  const refused = waiting.find((item) => item.kind === 'problem' && item.severity === 'REJECTED');
  if (refused?.kind === 'problem') throw new DigestError(refused.line ?? 1, refused.message);
  if (!waiting.some(({ kind }) => kind === 'contents'))
    throw new DigestError(1, 'expected entries, got none');
  yield* waiting;
}
