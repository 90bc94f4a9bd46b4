import { buildSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';

const NOWHERE = 'postgres://jane:secret@127.0.0.1:1';

describe('a wrong value ends the program with status 2 and one line that says where it stood', () => {
  test.each<[argv: string[], env: Record<string, string>, line: string]>([
    [['serve', '--port', 'http'], {}, '--port: expected a whole number from 0 to 65535, got "http"'],
    [['serve', '--port', '65536'], {}, '--port: expected a whole number from 0 to 65535, got "65536"'],
    [['serve'], { PORT: '40 00' }, 'PORT: expected a whole number from 0 to 65535, got "40 00"'],
    [
      ['serve', '--feed-retention', '36501'],
      {},
      '--feed-retention: expected a whole number of days from 1 to 36500, got "36501"',
    ],
    [
      ['serve', '--allow-private-urls', 'perhaps'],
      {},
      '--allow-private-urls: expected yes or no (or 1 or 0), got "perhaps"',
    ],
    [
      ['serve', '--watch', 'https://example.org/{day}.md'],
      {},
      'expected no words in braces but {date} and {language}, got {day} in "https://example.org/{day}.md"',
    ],
    [
      ['serve', '--trust-proxy', '0'],
      {},
      '--trust-proxy: expected a whole number from 1 to 20, or addresses and',
    ],
    [['serve', '--trust-proxy', '10.0.0.0/33'], {}, ', got "10.0.0.0/33"'],
    [['serve', '--trust-proxy', '0.0.0.0/0'], {}, ', got "0.0.0.0/0"'],
    [
      ['serve'],
      { PAPERGRAPH_TRUST_PROXY: 'nginx' },
      'PAPERGRAPH_TRUST_PROXY: expected a whole number from 1 to 20',
    ],
    [
      ['serve', '--public-url', 'papers.example.org'],
      {},
      '--public-url: expected an http(s) URL without a query',
    ],
    [
      ['serve'],
      { PAPERGRAPH_PUBLIC_URL: 'https://a.example/?x' },
      'PAPERGRAPH_PUBLIC_URL: expected an http(s) URL',
    ],
    [['serve', '--cors-origins', 'example.org'], {}, '--cors-origins: expected *, or origins such as'],
    [['serve'], { PAPERGRAPH_CORS_ORIGINS: 'https://a.example/' }, 'PAPERGRAPH_CORS_ORIGINS: expected *, or'],
    [['serve'], { PAPERGRAPH_CORS_ORIGINS: 'https://a.example, *' }, ', got "https://a.example, *"'],
    [['serve', '--host='], {}, '--host: expected an address or host name, got ""'],
    [['migrate', '--log-level', 'loud'], {}, '--log-level: expected one of silent, fatal, error,'],
    [
      ['ingest', 'x.md', '--source', 'ö'.repeat(251)],
      {},
      '--source: expected at most 500 bytes of UTF-8, got 502: "ööö',
    ],
    [
      ['migrate'],
      { PAPERGRAPH_LOG_LEVEL: 'loud' },
      'PAPERGRAPH_LOG_LEVEL: expected one of silent, fatal, error,',
    ],
    [
      ['migrate'],
      { DATABASE_URL: 'mysql://localhost' },
      'DATABASE_URL (--database-url): expected postgres://',
    ],
  ])('%j %j', async (argv, env, line) => {
    const { status, stdout, stderr } = await runCli(argv, env);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^papergraph: .*\n$/);
    expect(stderr).toContain(line);
  });
});

test.each<[argv: string[], env: Record<string, string>, line: string]>([
  [['--admin-token', 'hush-hush'], {}, '--admin-token: expected tokens of at least 16 characters each'],
  [['--read-token', 'hush-hush,0123456789abcdef'], {}, ', got a value of 26 characters'],
  [[], { PAPERGRAPH_ADMIN_TOKEN: '0123456789abcdef hush-hush' }, 'PAPERGRAPH_ADMIN_TOKEN: expected tokens'],
  [[], { PAPERGRAPH_READ_TOKEN: 'hush-hush' }, 'PAPERGRAPH_READ_TOKEN: expected tokens'],
])('a token that is too short ends the program, and no message shows it: %j %j', async (argv, env, line) => {
  const { status, stderr } = await runCli(['serve', ...argv], env);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^papergraph: .*\n$/);
  expect(stderr).toContain(line);
  expect(stderr).not.toContain('hush');
});

describe('wrong usage ends with status 2 and one line', () => {
  test.each<[argv: string[], word: string]>([
    [['serve', '--prot', '1'], '--prot'],
    [['server'], 'server'],
    [['serve', 'now'], 'arguments'],
    [['ingest'], 'source'],
    [['export'], '--date'],
  ])('%j', async (argv, word) => {
    const { status, stderr } = await runCli(argv);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^papergraph: (?!error).*\n$/);
    expect(stderr).toContain(word);
  });

  test('no command at all shows the help on stderr', async () => {
    const { status, stdout, stderr } = await runCli([]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: papergraph/);
  });
});

test('a database that is not there ends with status 2 and one line without the password', async () => {
  const { status, stderr } = await runCli(['migrate', '--database-url', `${NOWHERE}/papers`]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^papergraph: no database at 127\.0\.0\.1:1\/papers: .*\n$/);
  expect(stderr).not.toContain('secret');
});

test.each<[title: string, argv: string[], env: Record<string, string>, expected: string]>([
  [
    'a flag wins over the environment',
    ['--database-url', `${NOWHERE}/flag`],
    { DATABASE_URL: `${NOWHERE}/env` },
    'flag',
  ],
  ['the environment wins over the default', [], { DATABASE_URL: `${NOWHERE}/env` }, 'env'],
])('%s, before the command and after it', async (_title, argv, env, expected) => {
  const after = await runCli(['migrate', ...argv], env);
  const before = await runCli([...argv, 'migrate'], env);
  expect([after.stderr, before.stderr]).toEqual([
    expect.stringContaining(`no database at 127.0.0.1:1/${expected}`),
    expect.stringContaining(`no database at 127.0.0.1:1/${expected}`),
  ]);
});

test('a variable that is empty says nothing', async () => {
  const env = { PAPERGRAPH_LOG_LEVEL: '', PORT: '', DATABASE_URL: `${NOWHERE}/env` };
  expect((await runCli(['serve'], env)).stderr).toContain('no database at');
});

test.each(['--version', '-V'])('%s prints the version of the package', async (flag) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await runCli([flag])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test.each(['yes', 'no', '1', '0'])('--allow-private-urls takes what its help prints: %s', async (value) => {
  const { stdout } = await runCli(['serve', '--help']);
  expect(stdout).toContain('--allow-private-urls <yes|no>');
  const { stderr } = await runCli(['serve', '--allow-private-urls', value], {
    DATABASE_URL: `${NOWHERE}/env`,
  });
  expect(stderr).toContain('no database at');
});

test.each(['serve', 'ingest', 'export', 'remove', 'tail', 'status', 'migrate', 'schema'])(
  '--help of %s, and -h, names every exit status',
  async (command) => {
    const { stdout } = await runCli([command, '-h']);
    const [, listed = ''] = /\nExit status:\n([^]*)$/.exec(stdout) ?? [];
    const statuses = [...listed.matchAll(/^ {2}(\d+) +\S/gm)].map(([, status]) => status);
    expect(statuses).toEqual(['0', '1', '2', '130', '143']);
    expect(await runCli([command, '--help'])).toEqual({ status: 0, stdout, stderr: '' });
  },
);

test('--help of a command tells its options, the shared ones and their variables', async () => {
  const { status, stdout, stderr } = await runCli(['serve', '--help']);
  expect([status, stderr]).toEqual([0, '']);
  for (const word of [
    '--port',
    'PORT',
    '--host',
    'HOST',
    '--sample',
    '--database-url',
    'DATABASE_URL',
    '--data-dir',
  ])
    expect(stdout).toContain(word);
});

test('schema prints a schema that builds', async () => {
  const { status, stdout } = await runCli(['schema']);
  expect(status).toBe(0);
  expect(buildSchema(stdout).getQueryType()?.getFields()).toHaveProperty('papers');
});
