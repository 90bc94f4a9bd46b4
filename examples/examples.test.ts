import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildIfStale } from '../test/support/build.ts';
import { waitFor } from '../test/support/cli.ts';

// Runs every example as a user would: a copy of its folder, `npm ci`, `npm test` and `npm start`, with a real
// server.

const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-examples-'));
let server: ReturnType<typeof start> | undefined;
let url: string;
let titles: string[];

beforeAll(async () => {
  // The embedded Postgres needs access: it runs as another user if the tests run as root.
  chmodSync(folder, 0o755);
  buildIfStale();
  const data = path.join(folder, 'data');
  server = start(process.execPath, [
    'bin/papergraph.js',
    'serve',
    '--sample',
    '--port',
    '0',
    '--data-dir',
    data,
  ]);
  url = await waitFor(server, /http:\S+\/graphql/);

  const response = await fetch(`${url}?query={papers(first:100){nodes{title}}}`);
  const { data: answer } = (await response.json()) as { data: { papers: { nodes: { title: string }[] } } };
  titles = answer.papers.nodes.map(({ title }) => title);
});

afterAll(async () => {
  server?.process.kill('SIGTERM');
  await server?.exit;
  rmSync(folder, { recursive: true, force: true });
});

const examples = readdirSync('examples', { withFileTypes: true }).filter((entry) => entry.isDirectory());

test.each(examples.map(({ name }) => name))(
  '%s installs, passes its tests and prints papers',
  async (name) => {
    const cwd = copyOf(name);
    await npm(['ci'], cwd);
    await npm(['test'], cwd);
    const printed = await npm(['start'], cwd);
    expect(titles.filter((title) => printed.includes(title))).not.toEqual([]);
  },
);

/** Copies an example without the results of earlier runs. The relative path to the schema stays the same. */
function copyOf(name: string): string {
  const copy = path.join(folder, 'examples', name);
  const left = new Set(['node_modules', 'dist']);
  cpSync(path.join('examples', name), copy, {
    recursive: true,
    filter: (source) => !left.has(path.basename(source)),
  });
  cpSync('schema.graphql', path.join(folder, 'schema.graphql'));
  return copy;
}

/** Runs an npm command and returns its output. Fails with the output if the command fails. */
async function npm(argv: string[], cwd: string): Promise<string> {
  const { stdout, stderr, exit } = start('npm', argv, { cwd, env: { ...process.env, PAPERGRAPH_URL: url } });
  const status = await exit;
  expect(status, `npm ${argv.join(' ')}\n${stdout()}${stderr()}`).toBe(0);
  return stdout();
}

function start(command: string, argv: string[], options: SpawnOptions = {}) {
  const child: ChildProcess = spawn(command, argv, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (written.stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (written.stderr += chunk));
  const exit = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { process: child, stdout: () => written.stdout, stderr: () => written.stderr, exit };
}
