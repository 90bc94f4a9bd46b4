import { cleanEntry } from './clean-entry.ts';
import { DigestError, quote } from './digest-error.ts';
import type { ContentsLine, DigestItem } from './digest.ts';
import { parseMarkdownEntry, Misfit } from './parse-markdown-entry.ts';
import { MAX_ENTRY_BYTES, type Line } from './read-lines.ts';

/**
 * Reads a digest of Markdown in the producer's four templates: the current one, its elder with `TLDR:`, the one with
 * `Task:`, and abstracts alone. Throws DigestError where what stands before the entries fits none of them.
 */
export async function* readMarkdown(lines: AsyncIterable<Line>): AsyncGenerator<DigestItem> {
  const reader = new MarkdownReader();
  for await (const line of lines) yield* reader.read(line);
  yield* reader.end();
}

/** The lines of one entry, from its anchor on. */
interface Block {
  readonly start: number;
  readonly section: string | undefined;
  readonly lines: string[];
  bytes: number;
  /** Why it cannot be read, with the line. */
  fault: { line: number; message: string } | undefined;
}

const CONTENTS_LINE = /^- \[(.+)\]\(#\1\)(?: \[Total: (\d+)\])?$/;
const SECTION_DIV = /^<div id='(.+)'><\/div>$/;
const SECTION_TITLE = /^# (\S+)(?: \[\[Back\]\]\(#toc\))?$/;
const ANCHOR = /^### (?:\[(\d+)\] )?\[.*\]\(https?:/s;

class MarkdownReader {
  /** The table of contents; undefined once it has been given out, or while there is none. */
  #contents: ContentsLine[] | undefined;
  #totals: readonly ContentsLine[] = [];
  readonly #found = new Map<string, number>();
  #section: string | undefined;
  #block: Block | undefined;
  /** The next entry's number; undefined until one is numbered. */
  #next = 1;
  /** The last line that was not blank. */
  #before = '';

  *read(line: Line): Generator<DigestItem> {
    if (this.#isAnchor(line.text)) {
      yield* this.#finish();
      this.#open(line);
    } else if (this.#isSection(line.text)) {
      yield* this.#finish();
      this.#section = (SECTION_DIV.exec(line.text) ?? SECTION_TITLE.exec(line.text))?.[1];
    } else if (this.#block === undefined) {
      this.#readHead(line);
    } else {
      add(this.#block, line);
    }
    if (line.text !== '') this.#before = line.text;
  }

  *end(): Generator<DigestItem> {
    const block = this.#block;
    if (block !== undefined && block.fault === undefined && lastText(block) !== '</details>') {
      const expected = 'the file ends in the middle of this entry: expected "</details>"';
      block.fault = { line: block.start, message: `${expected}, got ${quote(lastText(block))}` };
    }
    yield* this.#finish();
    yield* this.#giveContents();
    for (const { category, total } of this.#totals) {
      const found = this.#found.get(category) ?? 0;
      if (total === null || total === found) continue;
      const message = `the table of contents says ${total} entries in ${category}, found ${found}`;
      yield { kind: 'problem', severity: 'WARNING', line: undefined, arxivId: undefined, message };
    }
  }

  /** An entry begins with the number that is due, or where one just ended; any other such line is its text. */
  #isAnchor(text: string): boolean {
    const anchor = ANCHOR.exec(text);
    if (anchor === null) return false;
    return this.#betweenEntries() || (anchor[1] !== undefined && Number(anchor[1]) === this.#next);
  }

  #isSection(text: string): boolean {
    if (!this.#betweenEntries()) return false;
    return SECTION_DIV.test(text) || (text !== CONTENTS_TITLE && SECTION_TITLE.test(text));
  }

  #betweenEntries(): boolean {
    return this.#block === undefined || this.#before === '</details>';
  }

  #open({ text, number }: Line): void {
    this.#block = {
      start: number,
      section: this.#section,
      lines: [text],
      bytes: text.length,
      fault: undefined,
    };
    this.#next = Number(ANCHOR.exec(text)?.[1] ?? 0) + 1;
    if (this.#section !== undefined)
      this.#found.set(this.#section, (this.#found.get(this.#section) ?? 0) + 1);
  }

  *#finish(): Generator<DigestItem> {
    yield* this.#giveContents();
    const block = this.#block;
    this.#block = undefined;
    if (block !== undefined) yield* readBlock(block);
  }

  *#giveContents(): Generator<DigestItem> {
    if (this.#contents === undefined) return;
    yield { kind: 'contents', sections: this.#contents };
    this.#totals = this.#contents;
    this.#contents = undefined;
  }

  /** What stands before the first entry, and between a section's title and its first entry. */
  #readHead({ text, number, fault }: Line): void {
    if (fault !== undefined)
      throw new DigestError(number, `expected a table of contents or an entry, got ${fault}`);
    if (text === '' || text === CONTENTS_DIV) return;
    if (text === CONTENTS_TITLE) {
      this.#contents = [];
      return;
    }
    const [, category, total] = CONTENTS_LINE.exec(text) ?? [];
    if (category === undefined || this.#contents === undefined) {
      throw new DigestError(
        number,
        `expected a line of the table of contents or an entry ("### ["), got ${quote(text)}`,
      );
    }
    this.#contents.push({ category, total: total === undefined ? null : Number(total) });
  }
}

const CONTENTS_DIV = '<div id=toc></div>';
const CONTENTS_TITLE = '# Table of Contents';

function add(block: Block, { text, number, fault }: Line): void {
  block.bytes += Buffer.byteLength(text) + 1;
  if (fault !== undefined)
    block.fault ??= { line: number, message: `expected text of an entry, got ${fault}` };
  if (block.bytes > MAX_ENTRY_BYTES) {
    const message = `expected an entry of at most ${MAX_ENTRY_BYTES} bytes, got a longer one`;
    block.fault ??= { line: block.start, message };
    block.lines.length = 1;
  }
  block.lines.push(text);
}

function lastText({ lines }: Block): string {
  return lines.findLast((line) => line !== '') ?? '';
}

function* readBlock({ lines, start, section, fault }: Block): Generator<DigestItem> {
  const text = lines.join('\n').replace(/\n+$/, '');
  try {
    const entry = parseMarkdownEntry(text, section);
    if (fault === undefined) yield* cleanEntry({ ...entry, line: start });
    else yield reject(fault.line, entry.arxivId.id, fault.message);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const { line = start + error.line, message = error.message } = fault ?? {};
    yield reject(line, error.arxivId, message);
  }
}

function reject(line: number, arxivId: string | undefined, message: string): DigestItem {
  return { kind: 'problem', severity: 'REJECTED', line, arxivId, message };
}
