// Adds vitest's JSON reports up: `node .ci/report.mjs FOLDER [FAILED-STEP…]`. Lists what was skipped and what failed,
// then prints "N passed, N failed, N skipped" and ends with status 1 where anything failed.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [folder, ...failedSteps] = process.argv.slice(2);
const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .flatMap((name) => readReport(name));

const passed = tests.filter(({ status }) => status === 'passed');
const failed = tests.filter(({ status }) => status === 'failed');
const skipped = tests.filter(({ status }) => !['passed', 'failed'].includes(status));

// A step of tests that failed has its tests counted; one that has none to show counts itself.
const uncounted = failedSteps.filter((step) => !step.startsWith('test') || failed.length === 0);

console.log();
for (const { name } of skipped) console.log(`skipped: ${name}`);
for (const { name } of failed) console.log(`failed: ${name}`);
for (const step of failedSteps) console.log(`failed step: ${step}`);
console.log(`${passed.length} passed, ${failed.length + uncounted.length} failed, ${skipped.length} skipped`);
process.exitCode = failed.length + failedSteps.length > 0 ? 1 : 0;

function readReport(report) {
  const { testResults } = JSON.parse(readFileSync(path.join(folder, report), 'utf8'));
  const label = path.basename(report, '.json');
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const file = path.relative('.', name);
    const found = assertionResults.map((each) => ({
      status: each.status,
      // What a test is skipped for stands in the title of its group.
      name: `[${label}] ${file} > ${[...each.ancestorTitles, each.title].join(' > ')}`,
    }));
    // A file that could not be loaded has no tests, or none that failed.
    const broken = status === 'failed' && found.every((each) => each.status !== 'failed');
    return broken ? [...found, { status: 'failed', name: `[${label}] ${file}` }] : found;
  });
}
