// report.mjs FOLDER: sums up what the steps of .ci/run left there. A step that fails without a failed test counts as one
// failed test, and the end of its output is printed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const SKIPPED_STEP = 75;
const LAST_LINES = 40;

const folder = process.argv[2];
const results = readdirSync(folder)
  .filter((name) => name.endsWith('.status'))
  .toSorted()
  .flatMap((name) => resultsOf(path.basename(name, '.status')));
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map((state) =>
  results.filter((result) => result.state === state),
);

console.log();
for (const { name } of skipped) console.log(`skipped: ${name}`);
for (const { name } of failed) console.log(`failed: ${name}`);
console.log(`${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`);
process.exitCode = failed.length > 0 ? 1 : 0;

function resultsOf(step) {
  const read = (extension) => readFileSync(path.join(folder, `${step}.${extension}`), 'utf8');
  const status = Number(read('status'));
  if (status === SKIPPED_STEP) return [{ name: `[${step}] the whole step`, state: 'skipped' }];
  const tests = existsSync(path.join(folder, `${step}.json`)) ? JSON.parse(read('json')) : [];
  const named = tests.map(({ name, state }) => ({ name: `[${step}] ${name}`, state }));
  if (status === 0 || named.some(({ state }) => state === 'failed')) return named;
  console.log(`\n== the end of the output of the failed step "${step}"`);
  console.log(read('log').trimEnd().split('\n').slice(-LAST_LINES).join('\n'));
  return [...named, { name: `step "${step}": exit status ${status}, see above`, state: 'failed' }];
}
