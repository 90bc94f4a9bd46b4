import { ENTRY_END, ENTRY_START, isHeading, isTitled, numberOf, sectionOf } from './markdown-lines.ts';

/**
 * An entry's text with one space more wherever a line of it would be read as structure: after a `</details>` that a heading or
 * a section seems to follow, and before a heading with the number that is due next. Text that came in as Markdown has no such
 * line.
 */
export function guarded(text: string, section: string, due: number): string {
  if (!/\n(?:#|<div id=)/.test(text)) return text;
  const lines = text.split('\n');
  let last = 0;
  for (const [at, line] of lines.entries()) {
    if (line === '') continue;
    const isBetween = lines[last] === ENTRY_END && last < at - 1;
    if (isTitled(line) && numberOf(line) === due) lines[at] = ` ${line}`;
    else if (isBetween && (isHeading(line) || sectionOf(line, section) !== undefined))
      lines[last] = `${ENTRY_END} `;
    last = at;
  }
  return lines.join('\n');
}

/** Text without the spaces that `guarded` puts in: the same for a text and for what is printed of it. */
export function unguarded(text: string): string {
  return text
    .replaceAll(`\n ${ENTRY_START}`, `\n${ENTRY_START}`)
    .replaceAll(/(?<=\n)<\/details> (?=\n)/g, ENTRY_END);
}
