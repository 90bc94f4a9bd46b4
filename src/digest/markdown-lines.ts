// The lines that structure a Markdown digest. The reader and the writer must agree on them.

/** The start of an entry's first line. */
export const ENTRY_START = '### [';
/** An entry's last line. */
export const ENTRY_END = '</details>';
/** The first line of a digest with a table of contents. */
export const CONTENTS_MARK = '<div id=toc></div>';

const SECTION_MARK = /^<div id=(['"]?)([^'"<>\p{C}]+)\1><\/div>$/u;
// The form that `export` writes; a category may be any text.
const WRITTEN_MARK = /^<div id='([^\n]+)'><\/div>$/;
const SECTION_TITLE = /^# ([^\s[\]\p{C}]+)(?: \[?\[Back\]\]?\(#toc\))?$/u;
const NUMBER = /^### \[(\d{1,9})\] \[/;

/** The number in an entry's heading; undefined if the line has no number or is not a heading. */
export function numberOf(line: string): number | undefined {
  const number = NUMBER.exec(line)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Whether a line links to a paper, as the heading of an entry does. */
export function isTitled(line: string): boolean {
  return line.startsWith('#') && line.includes('](http');
}

/** Whether a line between two entries starts the second one, even if its heading is slightly malformed. */
export function isHeading(line: string): boolean {
  return isTitled(line) || line.startsWith(ENTRY_START);
}

/** The section that a line between two entries starts or names. `open` is the current section. */
export function sectionOf(line: string, open: string | undefined): string | undefined {
  if (line === CONTENTS_MARK) return undefined;
  if (line === sectionTitle(open ?? '')) return open;
  return SECTION_MARK.exec(line)?.[2] ?? WRITTEN_MARK.exec(line)?.[1] ?? SECTION_TITLE.exec(line)?.[1];
}

/** The title of a section in the current template. */
export function sectionTitle(category: string): string {
  return `# ${category} [[Back]](#toc)`;
}

/** Joins lines with single spaces, for what must be printed on one line. */
export function oneLine(text: string): string {
  return text.includes('\n') ? text.replaceAll(/\s+/g, ' ').trim() : text;
}
