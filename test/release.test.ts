import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [1.0.0] - 2026-01-01\n\n- All.\n';

/** A repository of two packages at version 1.0.0, whose checks pass or fail. */
function repository({ check = 'exit 0', changelog = CHANGELOG } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-release-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const put = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  mkdirSync(path.join(folder, 'packages/client'), { recursive: true });
  const manifest = JSON.stringify({ name: 'a', version: '1.0.0', scripts: { check } });
  put('package.json', manifest);
  put('packages/client/package.json', manifest);
  const at = { version: '1.0.0' };
  put('package-lock.json', JSON.stringify({ ...at, packages: { '': at, 'packages/client': at } }));
  put('CHANGELOG.md', changelog);
  git('init', '--quiet');
  git('config', 'user.name', 'A');
  git('config', 'user.email', 'a@example.org');
  git('add', '.');
  git('commit', '--quiet', '--message', 'All');
  const release = (...args: string[]) =>
    spawnSync(process.execPath, [path.resolve('scripts/release.js'), ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  return { put, read, git, release };
}

describe('npm run release', () => {
  test.each(['1.0.0', '1.0.1', '2.0.0'])(
    'sets the version, dates the changelog, commits and tags: %s',
    (version) => {
      const { read, git, release } = repository();
      expect(release(version)).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('git push') as string,
      });
      for (const file of ['package.json', 'packages/client/package.json'])
        expect(JSON.parse(read(file))).toMatchObject({ version });
      const at = { version };
      expect(JSON.parse(read('package-lock.json'))).toEqual({
        ...at,
        packages: { '': at, 'packages/client': at },
      });
      expect(read('CHANGELOG.md').replace(/\d{4}-\d\d-\d\d/, 'DAY')).toBe(
        CHANGELOG.replace('[Unreleased]\n', `[Unreleased]\n\n## [${version}] - DAY\n`),
      );
      expect(git('status', '--porcelain')).toBe('');
      expect(git('log', '-1', '--format=%s %D')).toContain(`Release ${version} HEAD`);
      expect(git('tag', '--points-at', 'HEAD')).toBe(`v${version}\n`);
    },
  );

  test('changes nothing for a wrong version or in a changed tree', () => {
    const { put, git, release } = repository();
    const head = git('rev-parse', 'HEAD');
    expect(release().stderr).toMatch(/expected a version/);
    expect(release('v1.0.1').stderr).toMatch(/expected a version/);
    expect(release('0.9.9').stderr).toMatch(/lower than 1\.0\.0/);
    git('tag', 'v1.2.0');
    expect(release('1.2.0').stderr).toMatch(/the tag v1\.2\.0 exists/);
    put('new.txt', '');
    expect(release('1.0.1').stderr).toMatch(/commit or stash/);
    expect(git('rev-parse', 'HEAD')).toBe(head);
    expect(git('tag')).toBe('v1.2.0\n');
  });

  test.each([
    [{ check: 'exit 1' }, /npm run check failed/],
    [{ changelog: CHANGELOG.replace('- A thing.\n', '') }, /no entries under \[Unreleased\]/],
  ])('changes nothing where checks fail or nothing is to be released: %#', (options, message) => {
    const { git, release } = repository(options);
    expect(release('1.0.1')).toMatchObject({ status: 1, stderr: expect.stringMatching(message) as string });
    expect(git('status', '--porcelain')).toBe('');
    expect(git('tag')).toBe('');
  });
});
