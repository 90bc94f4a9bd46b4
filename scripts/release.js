// Prepares a release: `npm run release -- X.Y.Z`. Checks the tree, runs all checks, sets the version of both packages, dates
// the entries of CHANGELOG.md, commits and tags. Sends nothing: it ends by printing what to push and publish.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const MANIFESTS = ['package.json', 'packages/client/package.json'];
const UNRELEASED = '## [Unreleased]\n';

const [version = ''] = process.argv.slice(2);
const current = JSON.parse(readFileSync('package.json', 'utf8')).version;
const changelog = readFileSync('CHANGELOG.md', 'utf8');
const tag = `v${version}`;

const refusal = whyNot();
if (refusal !== undefined) {
  process.stderr.write(`release: ${refusal}\n`);
  process.exitCode = 1;
} else release();

/** Why this version cannot be released now, undefined if it can. */
function whyNot() {
  if (!/^\d+\.\d+\.\d+$/.test(version)) return 'expected a version: npm run release -- X.Y.Z';
  if (compare(version, current) < 0)
    return `${version} is lower than ${current}, the version of package.json`;
  if (git('tag', '--list', tag) !== '') return `the tag ${tag} exists`;
  if (git('status', '--porcelain') !== '') return 'commit or stash your changes first';
  const [, entries = ''] = changelog.split(UNRELEASED);
  if (!/^- /m.test(entries.split(/^## /m)[0])) return 'CHANGELOG.md has no entries under [Unreleased]';
  if (spawnSync('npm', ['run', 'check'], { stdio: 'inherit' }).status !== 0) return 'npm run check failed';
  return undefined;
}

function release() {
  for (const file of MANIFESTS) edit(file, (manifest) => ({ ...manifest, version }));
  edit('package-lock.json', (lock) => {
    for (const folder of ['', 'packages/client']) lock.packages[folder].version = version;
    return { ...lock, version };
  });
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync('CHANGELOG.md', changelog.replace(UNRELEASED, `${UNRELEASED}\n## [${version}] - ${day}\n`));
  git(
    'commit',
    '--quiet',
    '--message',
    `Release ${version}`,
    ...MANIFESTS,
    'package-lock.json',
    'CHANGELOG.md',
  );
  git('tag', '--annotate', tag, '--message', `Papergraph ${version}`);
  process.stdout.write(`
Committed and tagged ${tag}. To publish it:

  git push --follow-tags
  npm publish
  npm publish --workspace packages/client
`);
}

function edit(file, change) {
  const changed = change(JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(file, `${JSON.stringify(changed, null, 2)}\n`);
}

/** Negative if the first version is lower, positive if it is higher. */
function compare(one, other) {
  const [a, b] = [one, other].map((text) => text.split('.').map(Number));
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8' });
}
