import { expect, test } from 'vitest';
import { repositoryName } from '../../src/sources/git-remote.ts';

test.each([
  ['https://github.com/owner/repo.git', 'owner/repo'],
  ['https://github.com/owner/repo', 'owner/repo'],
  ['https://github.com/owner/repo/', 'owner/repo'],
  ['http://me:s3cret@github.com/owner/repo.git', 'owner/repo'],
  ['https://ghp_s3cret@github.com/owner/daily-arXiv.ai.git', 'owner/daily-arXiv.ai'],
  ['ssh://git@github.com/owner/repo.git', 'owner/repo'],
  ['ssh://git@ssh.github.com:443/owner/repo.git', 'owner/repo'],
  ['git://example.org/owner/repo.git', 'owner/repo'],
  ['git@github.com:owner/repo.git', 'owner/repo'],
  ['git@github.com:/owner/repo.git', 'owner/repo'],
  ['github-work:owner/repo', 'owner/repo'],
  ['git@gitlab.com:group/team/repo.git', 'group/team/repo'],
])('the remote %s is the repository %s', (remote, name) => {
  expect(repositoryName(remote)).toBe(name);
});

test.each([
  '/srv/git/owner/repo.git',
  '../owner/repo',
  'host:../owner/repo',
  'me:s3cret@example.org:owner/repo',
  'https://me:s3/cret@example.org/owner/repo',
  'C:\\owner\\repo',
  'C:/owner/repo',
  'file:///srv/owner/repo.git',
  'https://example.org/repo.git',
  'https://example.org/',
  'https://example.org/owner/a%20b',
  'host:repo',
  `https://example.org/owner/${'x'.repeat(1_000)}`,
  '',
])('the remote %j names no repository', (remote) => {
  expect(repositoryName(remote)).toBeUndefined();
});
