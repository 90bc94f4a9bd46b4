import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { globSync } from 'tinyglobby';

/** Builds dist/ if a source is newer, so that the processes that tests start run the sources of today. */
export function buildIfStale(): void {
  const built = statSync('dist/main.js', { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(['src/**/*.ts', 'tsconfig*.json']);
  if (sources.every((file) => statSync(file).mtimeMs < built)) return;
  const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
  const { status, stdout } = spawnSync(process.execPath, compiler, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}`);
}
