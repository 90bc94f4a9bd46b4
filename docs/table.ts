/** The cells of one row of a table. */
export type Row = readonly (string | number)[];

/** Writes a table in Markdown. */
export function table(head: Row, rows: readonly Row[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
