import { AuthorLines } from './author-lines.ts';
import { DigestError, quote } from './digest-error.ts';
import type { ContentsLine, DigestItem } from './digest.ts';
import { addLine, ENTRY_OR_SECTION, newBlock, readBlock, type Block } from './markdown-block.ts';
import {
  CONTENTS_MARK,
  ENTRY_END,
  isHeading,
  isTitled,
  numberOf,
  sectionOf,
  sectionTitle,
} from './markdown-lines.ts';
import { reject, warn } from './problem.ts';
import type { Line } from './read-lines.ts';

/**
 * Reads a Markdown digest in any of the producer's four templates: the current one, an older one with
 * `TLDR:`, one with `Task:`, and one with abstracts only. The table of contents, sections and numbers are
 * optional. Throws DigestError if the text before the first entry fits none of them.
 */
export async function* readMarkdown(lines: AsyncIterable<Line>): AsyncGenerator<DigestItem> {
  const reader = new MarkdownReader();
  for await (const line of lines) {
    reader.read(line);
    if (reader.hasItems) yield* reader.takeItems();
  }
  reader.end();
  yield* reader.takeItems();
}

// Bounds the table of contents, which is kept in memory. arXiv has about 150 categories.
const MOST_SECTIONS = 10_000;
const LONGEST_CATEGORY = 1_000;
const CONTENTS_TITLE = '# Table of Contents';

class MarkdownReader {
  #items: DigestItem[] = [];
  /** The table of contents, if there is one. It is yielded before the first entry. */
  #contents: ContentsLine[] | undefined;
  /** The number of entries in each section of the table of contents. */
  #found = new Map<string, number>();
  #started = false;
  #section: string | undefined;
  /** Whether we are within text that belongs to no entry. */
  #stray = false;
  #block: Block | undefined;
  #authors = new AuthorLines();
  /**
   * The expected number of the next entry; undefined before the first entry and in templates without numbers.
   */
  #due: number | undefined;
  /** The last line with text, and whether the last line was blank. */
  #before = '';
  #blank = false;

  get hasItems(): boolean {
    return this.#items.length > 0;
  }

  takeItems(): DigestItem[] {
    return this.#items.splice(0);
  }

  read(line: Line): void {
    const { text } = line;
    const section = this.#sectionOf(text);
    if (this.#startsEntry(text)) {
      this.#finish(false);
      this.#start(line);
    } else if (section !== undefined) {
      this.#finish(false);
      this.#section = section;
      this.#stray = false;
    } else if (this.#block !== undefined) {
      addLine(this.#block, line);
    } else if (text !== '' && this.#started) {
      this.#reject(line);
    } else if (text !== '') {
      this.#readContents(line);
    }
    this.#blank = text === '';
    if (!this.#blank) this.#before = text;
  }

  end(): void {
    this.#finish(true);
    if (!this.#started) this.#yieldContents();
    if (!this.#started && this.#contents !== undefined) checkNoneDue(this.#contents);
    if (this.#authors.mistaken) this.#items.push({ kind: 'bare-commas' });
    for (const { category, total } of this.#contents ?? []) {
      const found = this.#found.get(category) ?? 0;
      if (total === null || total === found) continue;
      const message = `the table of contents says ${total} entries in ${category}, found ${found}`;
      this.#items.push(warn(undefined, undefined, message));
    }
  }

  /**
   * Whether a line starts an entry. It does directly after the end of another, even if its heading is
   * slightly malformed, or if it has the expected number. Any other line is text of the entry before.
   */
  #startsEntry(text: string): boolean {
    if (this.#isBetween()) return isHeading(text) && text !== sectionTitle(this.#section ?? '');
    return this.#due !== undefined && isTitled(text) && numberOf(text) === this.#due;
  }

  /** The section that a line starts or names. */
  #sectionOf(text: string): string | undefined {
    return this.#isBetween() ? sectionOf(text, this.#section) : undefined;
  }

  #isBetween(): boolean {
    return this.#block === undefined || (this.#before === ENTRY_END && this.#blank);
  }

  #start(line: Line): void {
    const number = numberOf(line.text);
    if (!this.#started) {
      this.#yieldContents();
      this.#due = number;
    }
    this.#started = true;
    this.#stray = false;
    const splitAuthors = (authorLine: string): string[] => this.#authors.split(authorLine);
    this.#block = newBlock(line, { section: this.#section, splitAuthors });
    const found = this.#found.get(this.#section ?? '');
    if (this.#section !== undefined && found !== undefined) this.#found.set(this.#section, found + 1);
    if (this.#due === undefined) return;
    const message = `expected "### [${this.#due}] [title](link)", got ${quote(line.text)}`;
    if (number === undefined) this.#block.fault ??= { line: line.number, message };
    else if (number !== this.#due) this.#items.push(warn(line.number, undefined, message));
    this.#due = (number ?? this.#due) + 1;
  }

  /** Reports text between a section's title and its first entry, once per run of lines. */
  #reject({ text, number, fault, ended }: Line): void {
    const problem = ended ? `expected ${ENTRY_OR_SECTION}` : 'the file ends in the middle of an entry';
    if (!this.#stray) this.#items.push(reject(number, undefined, `${problem}, got ${fault ?? quote(text)}`));
    this.#stray = true;
  }

  #yieldContents(): void {
    if (this.#contents === undefined) return;
    this.#items.push({ kind: 'contents', sections: this.#contents });
    this.#found = new Map(this.#contents.map(({ category }) => [category, 0]));
  }

  #finish(atEnd: boolean): void {
    if (this.#block !== undefined) this.#items.push(...readBlock(this.#block, atEnd));
    this.#block = undefined;
  }

  /** Reads a line before the first entry. */
  #readContents({ text, number, fault }: Line): void {
    if (text === CONTENTS_MARK) return;
    if (text === CONTENTS_TITLE) {
      this.#contents ??= [];
      return;
    }
    const read = contentsLine(text);
    if (read === undefined || this.#contents === undefined) {
      const expected =
        'a line of the table of contents ("- [category](#category) [Total: n]") or an entry ("### [")';
      throw new DigestError(number, `expected ${expected}, got ${fault ?? quote(text)}`);
    }
    this.#contents.push(read);
    if (this.#contents.length > MOST_SECTIONS) {
      throw new DigestError(number, `expected at most ${MOST_SECTIONS} categories, got more`);
    }
  }
}

const MOST_NAMED = 5;

/** For a file without entries: throws DigestError if the totals of its table of contents announce some. */
function checkNoneDue(contents: readonly ContentsLine[]): void {
  const due = contents.filter(({ total }) => total !== 0);
  if (due.length === 0) return;
  const named = due
    .slice(0, MOST_NAMED)
    .map(({ category, total }) => (total === null ? category : `${total} in ${category}`));
  const more = due.length > MOST_NAMED ? ` and ${due.length - MOST_NAMED} more categories` : '';
  const all = due.reduce((sum, { total }) => sum + (total ?? 0), 0);
  const count = due.some(({ total }) => total === null) ? 'entries' : `${all} entries`;
  const what = `the ${count} that the table of contents promises (${named.join(', ')}${more})`;
  throw new DigestError(1, `expected ${what}, got none`);
}

/** Reads `- [category](#category)`, with an optional ` [Total: n]`. A category may be any text. */
function contentsLine(text: string): ContentsLine | undefined {
  const [end = '', total] = / \[Total: (\d{1,9})\]$/.exec(text) ?? [];
  const link = text.slice(0, text.length - end.length);
  const category = link.slice('- ['.length, (link.length + '- ['.length - '](#)'.length) / 2);
  if (category === '' || category.length > LONGEST_CATEGORY || link !== `- [${category}](#${category})`)
    return undefined;
  return { category, total: total === undefined ? null : Number(total) };
}
