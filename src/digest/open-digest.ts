import type { DigestForm, DigestItem, DigestProblem } from './digest.ts';
import { DigestError, quote } from './digest-error.ts';
import { readJsonl } from './read-jsonl.ts';
import { readLines, type Line } from './read-lines.ts';
import { readMarkdown } from './read-markdown.ts';

/** A file that looks like a digest. */
export interface OpenedDigest {
  readonly form: DigestForm;
  /**
   * The entries and what is wrong with the others, read as they are asked for. Throws DigestError where no entry is
   * good: the shape is not known.
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
  const { line, bom } = first;
  const form = formOf(line);
  const all = prepend(line, lines);
  const items = form === 'JSONL' ? readJsonl(all) : readMarkdown(all);
  return { form, items: entriesOrError(bom ? withBomWarning(items) : items) };
}

const BOM = '\uFEFF';

async function firstLine(lines: AsyncGenerator<Line>): Promise<{ line: Line; bom: boolean } | undefined> {
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const line = next.value;
    const bom = line.number === 1 && line.text.startsWith(BOM);
    const text = bom ? line.text.slice(1) : line.text;
    if (line.fault !== undefined || text.trim() !== '') return { line: { ...line, text }, bom };
  }
  return undefined;
}

const KNOWN =
  'a digest: JSON objects, one a line, or Markdown that starts with a table of contents ("<div id=toc></div>") or an ' +
  'entry ("### [")';

function formOf({ number, text, fault }: Line): DigestForm {
  if (fault !== undefined) throw new DigestError(number, `expected ${KNOWN}, got ${fault}`);
  if (text.trimStart().startsWith('{')) return 'JSONL';
  if (text.startsWith('<div id=toc>') || text.startsWith('### [')) return 'MARKDOWN';
  throw new DigestError(number, `expected ${KNOWN}, got ${quote(text)}`);
}

async function* prepend(line: Line, rest: AsyncIterable<Line>): AsyncGenerator<Line> {
  yield line;
  yield* rest;
}

async function* withBomWarning(items: AsyncIterable<DigestItem>): AsyncGenerator<DigestItem> {
  const message = 'dropped the byte order mark at the start';
  yield { kind: 'problem', severity: 'WARNING', line: 1, arxivId: undefined, message };
  yield* items;
}

// A file without one good entry is refused whole, so its problems wait until there is one; a file can have millions.
const MOST_WAITING = 10_000;

async function* entriesOrError(items: AsyncIterable<DigestItem>): AsyncGenerator<DigestItem> {
  let waiting: DigestItem[] | undefined = [];
  let refused: DigestProblem | undefined;
  for await (const item of items) {
    if (waiting === undefined) {
      yield item;
      continue;
    }
    if (item.kind === 'problem' && item.severity === 'REJECTED') refused ??= item;
    if (waiting.length < MOST_WAITING || item.kind === 'entry') waiting.push(item);
    if (item.kind !== 'entry') continue;
    yield* waiting;
    waiting = undefined;
  }
  if (waiting === undefined) return;
  throw new DigestError(refused?.line ?? 1, refused?.message ?? 'expected entries, got none');
}
