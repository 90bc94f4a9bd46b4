import type { DigestForm, DigestItem } from './digest.ts';
import { DigestError, quote } from './digest-error.ts';
import { warn } from './problem.ts';
import { readJsonl } from './read-jsonl.ts';
import { readLines, type Line } from './read-lines.ts';
import { readMarkdown } from './read-markdown.ts';

/** A file that looks like a digest. */
export interface OpenedDigest {
  readonly form: DigestForm;
  /**
   * The entries and what is wrong with the others, read as they are asked for, once. Throws DigestError where no entry
   * is good: the shape is not known.
   */
  readonly items: AsyncIterable<DigestItem>;
}

/**
 * Tells what a file is by its content and opens it; undefined for one that is empty or nothing but white space. Memory
 * does not grow with the file. Rejects with DigestError where the first line tells that it is no digest, and with what
 * `chunks` throws.
 */
export async function openDigest(chunks: AsyncIterable<Uint8Array>): Promise<OpenedDigest | undefined> {
  const lines = readLines(chunks);
  const first = await firstLine(lines);
  if (first === undefined) return undefined;
  const form = formOf(first.line);
  if (form === undefined) {
    await lines.return(undefined);
    throw unknown(first.line);
  }
  const all = prepend(first.line, lines);
  const items = form === 'JSONL' ? readJsonl(all) : readMarkdown(all);
  return { form, items: entriesOrError(first.bom ? withBomWarning(items) : items) };
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

/** A category stands alone in the title of a section, where no table of contents comes first. */
const MARKDOWN = /^(?:### \[|<div id=|# Table of Contents$|# [a-z-]+(?:\.[A-Za-z-]+)?(?: \[|$))/;

function formOf({ text }: Line): DigestForm | undefined {
  if (text.trimStart().startsWith('{')) return 'JSONL';
  return MARKDOWN.test(text) ? 'MARKDOWN' : undefined;
}

function unknown({ number, text, fault }: Line): DigestError {
  const known =
    'a digest: JSON objects, one a line, or Markdown that starts with a table of contents ("<div id=toc></div>") or an ' +
    'entry ("### [")';
  return new DigestError(number, `expected ${known}, got ${fault ?? quote(text)}`);
}

/** No generator: lines are many, and each generator that they pass through costs as much as reading them. */
function prepend(line: Line, rest: AsyncGenerator<Line>): AsyncIterableIterator<Line> {
  let first: Line | undefined = line;
  return {
    next: async () => {
      if (first === undefined) return await rest.next();
      const value = first;
      first = undefined;
      return { value, done: false };
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

// Nobody's digest starts like this and then comes right; waiting for it would need memory without bound.
const MOST_WAITING = 10_000;

/** Holds back what comes before the first good entry: without one the file is refused whole. */
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
  throw new DigestError(1, 'expected entries, got none');
}
