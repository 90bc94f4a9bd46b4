import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const runFile = promisify(execFile);

/** A folder that other users can enter, too; removed when the test ends. */
function publicFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-pack-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a program to its end. Rejects, with its output, if it fails. */
export async function runIn(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await runFile(program, args, { cwd, maxBuffer: 2 ** 26 });
  return stdout + stderr;
}

/** A package of this repository as npm would publish it. */
export interface Packed {
  readonly tarball: string;
  /** The files in it, sorted. */
  readonly files: readonly string[];
}

/**
 * Packs the package in a folder of the checkout. It is built elsewhere: `dist` may hold files of modules that are gone, and
 * other tests run from it.
 */
export async function pack(source: string, config: string): Promise<Packed> {
  const stage = publicFolder();
  for (const name of [
    'package.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'schema.graphql',
    'bin',
    'prisma',
  ])
    if (existsSync(path.join(source, name)))
      cpSync(path.join(source, name), path.join(stage, name), { recursive: true });
  const compiler = path.resolve('node_modules/typescript/bin/tsc');
  const dist = path.join(stage, 'dist');
  await runIn('.', process.execPath, compiler, '-p', config, '--outDir', dist);
  // Only the program is bundled.
  if (existsSync(path.join(dist, 'main.js'))) {
    symlinkSync(path.resolve('node_modules'), path.join(stage, 'node_modules'));
    await runIn('.', process.execPath, 'scripts/bundle.js', dist);
    rmSync(path.join(stage, 'node_modules'));
  }
  const printed = await runIn(stage, 'npm', 'pack', '--ignore-scripts', '--silent');
  const tarball = path.join(stage, printed.trim().split('\n').at(-1) ?? '');
  const listed = await runIn(stage, 'tar', '-tzf', tarball);
  const files = listed
    .trim()
    .split('\n')
    .map((line) => line.replace('package/', ''));
  return { tarball, files: files.toSorted() };
}

/**
 * Installs a tarball into an empty project, without install scripts, and returns the project's folder. Skips the test if
 * the registry cannot be reached; rejects if a dependency does not support this Node.
 */
export async function install(tarball: string, skip: (note: string) => never): Promise<string> {
  const folder = publicFolder();
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-fund', '--no-audit'];
  const said = await runIn(folder, 'npm', 'install', ...flags, tarball).catch((error: unknown) => {
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED/.test(String(error)))
      skip('the registry cannot be reached');
    throw error;
  });
  if (said.includes('EBADENGINE')) throw new Error(said);
  return folder;
}
