import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { globSync } from 'tinyglobby';

/** Builds dist/ if a source is newer, so that the processes that tests start run the sources of today. */
export function buildIfStale(): void {
  const built = statSync('dist/bundle/main.js', { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(['src/**/*.ts', 'tsconfig*.json', 'package-lock.json', 'scripts/bundle.js']);
  if (sources.every((file) => statSync(file).mtimeMs < built)) return;
  runNode('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
  runNode('scripts/bundle.js');
}

function runNode(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
}
