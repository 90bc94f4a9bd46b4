import type { Section, Table } from './benchmark.ts';

/** Prints a section. */
export function printSection({ title, text, tables }: Section): void {
  console.log([`## ${title}`, ...text, ...tables.map(tableText)].join('\n\n'));
}

function tableText({ head, rows }: Table): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map(line).join('\n');
}
