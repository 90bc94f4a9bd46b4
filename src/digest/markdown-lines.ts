// The lines that give a Markdown digest its structure: what reads one must agree with what writes one.

/** What an entry's first line starts with. */
export const ENTRY_START = '### [';
/** An entry's last line. */
export const ENTRY_END = '</details>';
/** The first line of a digest with a table of contents. */
export const CONTENTS_MARK = '<div id=toc></div>';

const SECTION_MARK = /^<div id=(['"]?)([^'"<>\p{C}]+)\1><\/div>$/u;
// As `export` writes it, for a category of any text.
const WRITTEN_MARK = /^<div id='([^\n]+)'><\/div>$/;
const SECTION_TITLE = /^# ([^\s[\]\p{C}]+)(?: \[?\[Back\]\]?\(#toc\))?$/u;
const NUMBER = /^### \[(\d{1,9})\] \[/;

/** The number in an entry's heading; undefined where it has none, or the line is no heading. */
export function numberOf(line: string): number | undefined {
  const number = NUMBER.exec(line)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Whether a line has a link to a paper's page, as the heading of an entry does. */
export function isTitled(line: string): boolean {
  return line.startsWith('#') && line.includes('](http');
}

/** Whether a line between two entries starts one, be its heading a little broken. */
export function isHeading(line: string): boolean {
  return isTitled(line) || line.startsWith(ENTRY_START);
}

/** The section that a line between two entries starts, or is the title of, where `open` is the section so far. */
export function sectionOf(line: string, open: string | undefined): string | undefined {
  if (line === CONTENTS_MARK) return undefined;
  if (line === sectionTitle(open ?? '')) return open;
  return SECTION_MARK.exec(line)?.[2] ?? WRITTEN_MARK.exec(line)?.[1] ?? SECTION_TITLE.exec(line)?.[1];
}

/** The title of a section in the current template. */
export function sectionTitle(category: string): string {
  return `# ${category} [[Back]](#toc)`;
}

/** A line break and the white space around it as one space: what is printed on one line. */
export function oneLine(text: string): string {
  return text.includes('\n') ? text.replaceAll(/\s+/g, ' ').trim() : text;
}
