import { ENTRY_END, ENTRY_START, isHeading, isTitled, numberOf, sectionOf } from './markdown-lines.ts';

/**
 * Adds a space to each line of an entry's text that a reader would take for structure: a `</details>` before
 * a line that looks like a heading or section, and a heading with the next entry's number. Text that was read
 * from Markdown has no such lines.
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

/** Removes the spaces that `guarded` adds. The result is the same for a text before and after `guarded`. */
export function unguarded(text: string): string {
  return text
    .replaceAll(`\n ${ENTRY_START}`, `\n${ENTRY_START}`)
    .replaceAll(/(?<=\n)<\/details> (?=\n)/g, ENTRY_END);
}
