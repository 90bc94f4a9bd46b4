import { cleanEntry } from './clean-entry.ts';
import { quote } from './digest-error.ts';
import type { DigestEntry, DigestItem } from './digest.ts';
import { ENTRY_END, ENTRY_START } from './markdown-lines.ts';
import { Misfit, parseMarkdownEntry, type Surroundings } from './parse-markdown-entry.ts';
import { reject, warn } from './problem.ts';
import { MAX_ENTRY_BYTES, type Line } from './read-lines.ts';

/** Description, for messages, of the lines that may follow an entry. */
export const ENTRY_OR_SECTION = 'an entry ("### [number] [title](link)") or a section';

/** The lines of one entry, up to the next entry or section. */
export interface Block extends Surroundings {
  /** The line number of its first line. */
  readonly start: number;
  readonly lines: string[];
  bytes: number;
  /** The reason why the entry cannot be read, and its line. */
  fault: { line: number; message: string } | undefined;
}

/** Starts a block with a line. */
export function newBlock(line: Line, surroundings: Surroundings): Block {
  const block: Block = { ...surroundings, start: line.number, lines: [], bytes: 0, fault: undefined };
  addLine(block, line);
  return block;
}

/** Adds a line to a block. A block that is too long stops collecting lines. */
export function addLine(block: Block, { text, number, fault }: Line): void {
  block.bytes += Buffer.byteLength(text) + 1;
  if (fault !== undefined) {
    block.fault ??= { line: number, message: `expected text of an entry in UTF-8, got ${fault}` };
  } else if (isTooLong(block)) {
    const message = `expected an entry of at most ${MAX_ENTRY_BYTES} bytes, got a longer one`;
    block.fault ??= { line: block.start, message };
  }
  if (!isTooLong(block) || block.lines.length === 0) block.lines.push(text);
}

function isTooLong({ bytes }: Block): boolean {
  return bytes > MAX_ENTRY_BYTES;
}

/** Reads the entry of a block and reports any text after it. `atEnd`: the file ends with this block. */
export function* readBlock(block: Block, atEnd: boolean): Generator<DigestItem> {
  const { lines, start, fault } = block;
  const end = lines.lastIndexOf(ENTRY_END);
  if (fault !== undefined || end < 0) {
    const { line, message, arxivId } = misfitOf(block);
    if (atEnd && end < 0 && !isTooLong(block)) yield reject(start, arxivId, cutMessage(lines));
    else yield reject(fault?.line ?? line, arxivId, fault?.message ?? message);
    return;
  }
  yield* readEntry({ ...block, lines: lines.slice(0, end + 1) });
  const rest = lines.findIndex((line, index) => index > end && line !== '');
  if (rest < 0) return;
  const problem = atEnd
    ? 'the file ends in the middle of an entry, or with text that belongs to none:'
    : `expected ${ENTRY_OR_SECTION},`;
  yield reject(start + rest, undefined, `${problem} got ${quote(lines[rest] ?? '')}`);
}

function cutMessage(lines: readonly string[]): string {
  const last = lines.findLast((line) => line !== '') ?? '';
  return `the file ends in the middle of this entry: expected ${quote(ENTRY_END)}, got ${quote(last)}`;
}

function* readEntry(block: Block): Generator<DigestItem> {
  const entry = parse(block);
  if (entry instanceof Misfit) {
    yield reject(block.start + entry.line, entry.arxivId, entry.message);
    return;
  }
  const odd = block.lines.findIndex(
    (line, index) => index > 0 && index < block.lines.length - 1 && looksLikeEntry(line),
  );
  if (odd >= 0) {
    const message =
      'this line reads like the start or end of an entry; it was taken as text of the entry around it';
    yield warn(block.start + odd, entry.arxivId.id, message);
  }
  yield* cleanEntry(entry);
}

function parse(block: Block): DigestEntry | Misfit {
  try {
    return { ...parseMarkdownEntry(block.lines.join('\n'), block), line: block.start };
  } catch (error) {
    if (error instanceof Misfit) return error;
    throw error;
  }
}

/** The problem of a block without an end, with the arXiv id if it is known. */
function misfitOf(block: Block): { line: number; message: string; arxivId: string | undefined } {
  const read = parse(block);
  if (!(read instanceof Misfit)) return { line: block.start, message: '', arxivId: read.arxivId.id };
  return { line: block.start + read.line, message: read.message, arxivId: read.arxivId };
}

function looksLikeEntry(line: string): boolean {
  return line === ENTRY_END || (line.startsWith(ENTRY_START) && line.includes('](http'));
}
