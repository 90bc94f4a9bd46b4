import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Interrupted } from '../../src/cli/io.ts';
import type { IngestReport } from '../../src/ingest/runs/report.ts';
import { runCli, startCli, waitFor, type Outcome } from '../support/cli.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord } from '../support/digest-files.ts';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await openTestDatabase();
  folder = mkdtempSync(path.join(tmpdir(), 'papergraph-cli-'));
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const papergraph = async (...argv: string[]): Promise<Outcome> =>
  await runCli(argv, { DATABASE_URL: database.url });

function put(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const SEED = 'prisma/seed';
const GOOD = jsonl(jsonRecord('2601.00001'), jsonRecord('2601.00002'));

describe('papergraph ingest', () => {
  test('prints one line a file and one that sums them up, and takes the same again as unchanged', async () => {
    const first = await papergraph('ingest', SEED, '--source', 'me');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout.trim().split('\n')).toHaveLength(5);
    expect(first.stdout).toMatch(/\n4 files: 4 accepted, 0 refused\n$/);
    expect(first.stdout).toMatch(/2026-01-15\.md: me 2026-01-15 zh, revision 1: 8 entries: 8 papers added/);
    const second = await papergraph('ingest', SEED, '--source', 'me');
    expect(second.stdout.match(/unchanged \(/g)).toHaveLength(4);
  });

  test('of a folder names the digests that it skips, which is no failure', async () => {
    put('2026-01-15.MD.gz', GOOD);
    put('latest.txt', GOOD);
    const { status, stdout, stderr } = await papergraph('ingest', folder, '--source', 'me');
    expect(stderr).toBe(
      `${folder}: skipped 1 undated digest (${folder}/latest.txt): ingest such a file by itself, with --date\n`,
    );
    expect([status, stdout]).toEqual([0, expect.stringContaining('me 2026-01-15 zh, revision 1: 2 entries')]);
  });

  test('with --json prints one object a file, counts as numbers', async () => {
    const file = put('2026-01-15_AI_enhanced_Chinese.jsonl', GOOD);
    const { stdout, status } = await papergraph('ingest', file, '--source', 'me', '--json');
    const report = JSON.parse(stdout) as IngestReport;
    expect([status, stdout.endsWith('}\n')]).toEqual([0, true]);
    expect(Object.keys(report)).toEqual([
      'origin',
      'status',
      'digest',
      'entries',
      'papers',
      'authors',
      'categories',
      'papersAdded',
      'papersRevised',
      'summariesAdded',
      'changed',
      'unchanged',
      'rejected',
      'problems',
      'durationMs',
    ]);
    expect(report).toMatchObject({
      origin: '2026-01-15_AI_enhanced_Chinese.jsonl',
      entries: 2,
      papersAdded: 2,
    });
  });

  test('names what it refuses with file and line, takes the rest, and ends with 1', async () => {
    const partial = put('2026-01-15_AI_enhanced_Chinese.jsonl', `${GOOD}{"id": "2601.00003"}\n`);
    const foreign = put('2026-01-16.md', '# Notes\n');
    const { status, stderr } = await papergraph('ingest', foreign, partial, path.join(folder, 'none.md'));
    expect(status).toBe(1);
    expect(stderr).toContain(`${partial}:3: rejected: 2601.00003: expected text as "title"`);
    expect(stderr).toMatch(/2026-01-16\.md:1: rejected: expected a digest.*got "# Notes"/);
    expect(stderr).toContain('none.md: there is no such file or folder');
    expect((await database.pool.query('select 1 from paper')).rowCount).toBe(2);
  });

  test('names again what it refused or took in part, before a last line with the counts', async () => {
    const partial = put('2026-01-15_AI_enhanced_Chinese.jsonl', `${GOOD}{"id": "2601.00003"}\n`);
    const foreign = put('2026-01-16.md', '# Notes\n');
    const missing = path.join(folder, 'none.md');
    const { stdout, stderr } = await papergraph('ingest', missing, foreign, partial, '--source', 'me');
    expect(stdout).toMatch(/\n3 files: 1 accepted, 2 refused; 1 accepted in part\n$/);
    expect(stderr).toMatch(
      new RegExp(`\naccepted in part: ${partial}\nrefused: ${missing}\nrefused: ${foreign}\n$`),
    );
  });

  test('with --json sums up on stderr: stdout is JSON alone', async () => {
    const { stdout, stderr } = await papergraph('ingest', SEED, '--source', 'me', '--json');
    for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('status');
    expect(stderr).toBe('4 files: 4 accepted, 0 refused\n');
  });

  test('at Ctrl-C gives up the file that is being read, and says what is stored and what is not', async () => {
    const first = put('2026-01-15_AI_enhanced_Chinese.jsonl', GOOD);
    const last = put('2026-01-16_AI_enhanced_Chinese.jsonl', GOOD);
    const stdin = new PassThrough();
    stdin.write(jsonl(jsonRecord('2601.00009')));
    const running = startCli(
      ['ingest', first, '-', last, '--source', 'me', '--language', 'zh'],
      { DATABASE_URL: database.url },
      stdin,
    );
    await waitFor(running, /2026-01-15 zh, revision 1/);
    running.stop(new Interrupted('SIGINT'));
    expect(await running.exit).toBe(130);
    expect(running.stderr()).toContain(
      'stopped early: 3 files: 1 accepted, 0 refused; nothing stored of - and the 1 after it\n',
    );
    expect((await database.pool.query('select 1 from paper')).rowCount).toBe(2);
  });

  test.each([
    [[''], /expected a file, a folder, a glob, an http\(s\) URL or - as <source>, got ""/],
    [['-'], /--source/],
    [['x.md', '--date', '2026-02-30'], /--date: expected a day, YYYY-MM-DD, got "2026-02-30"/],
    [['x.md', '--language', 'klingonese'], /--language: expected a language.*got "klingonese"/],
    [[], /source/],
  ])('ends with 2 and one line for wrong usage: %j', async (argv, message) => {
    const { status, stderr } = await papergraph('ingest', ...argv);
    expect([status, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
  });
});

describe('papergraph export', () => {
  beforeEach(async () => {
    await papergraph('ingest', SEED, '--source', 'me');
  });

  test('writes a digest back byte for byte, to standard output or a file', async () => {
    const original = readFileSync(`${SEED}/2026-01-15.md`, 'utf8');
    expect(await papergraph('export', '--date', '2026-01-15')).toMatchObject({ status: 0, stdout: original });
    const out = path.join(folder, 'out.md');
    expect(await papergraph('export', '--date', '2026-01-15', '--out', out)).toMatchObject({
      status: 0,
      stdout: '',
    });
    expect(readFileSync(out, 'utf8')).toBe(original);
  });

  test('writes to standard output for -, too', async () => {
    const { stdout } = await papergraph('export', '--date', '2026-01-15', '--out', '-');
    expect(stdout).toBe(readFileSync(`${SEED}/2026-01-15.md`, 'utf8'));
  });

  test.each([
    ['missing/out.md', 'there is no such folder'],
    ['.', 'it is a folder; expected a file name'],
    ['file/out.md', 'part of the path is not a folder'],
  ])('ends with 2 and one line where --out cannot be written: %s', async (name, reason) => {
    const out = path.join(put('file', ''), '..', name);
    const outcome = await papergraph('export', '--date', '2026-01-15', '--out', out);
    const stderr = `papergraph: --out: cannot write ${out}: ${reason}\n`;
    expect(outcome).toEqual({ status: 2, stdout: '', stderr });
  });

  test('lists the digests where several match, and ends with 2', async () => {
    const { status, stdout, stderr } = await papergraph('export', '--date', '2026-01-16');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/2 match.*\n {2}me 2026-01-16 en\n {2}me 2026-01-16 zh\n/);
    const inLanguage = async (language: string) =>
      await papergraph('export', '--date', '2026-01-16', '--language', language);
    const [english, chinese] = [await inLanguage('English'), await inLanguage('Chinese')];
    expect([english.status, chinese.status]).toEqual([0, 0]);
    expect(await inLanguage('en-GB')).toEqual(english);
    for (const language of ['zh-CN', 'zh-Hant-TW']) expect(await inLanguage(language)).toEqual(chinese);
  });

  test('ends with 1 for a raw listing, and for a digest that is not there', async () => {
    const { AI: _ai, ...raw } = jsonRecord('2601.00001');
    await papergraph('ingest', put('2026-01-17.jsonl', jsonl(raw)), '--source', 'me');
    expect(await papergraph('export', '--date', '2026-01-17')).toMatchObject({ status: 1, stdout: '' });
    expect(await papergraph('export', '--date', '2026-01-18')).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('papergraph remove', () => {
  test('wants --yes where there is no terminal to ask on, then says what it took', async () => {
    await papergraph('ingest', SEED, '--source', 'me');
    expect(await papergraph('remove', '--source', 'me')).toMatchObject({ status: 2, stdout: '' });
    expect(await papergraph('remove', '--source', 'me', '--date', '2026-01-16', '--yes')).toMatchObject({
      status: 0,
      stdout: 'me 2026-01-16: removed 2 digests, 9 entries, 4 papers\n',
    });
    expect(await papergraph('remove', '--source', 'nobody', '--yes')).toMatchObject({ status: 1 });
    const chinese = ['remove', '--source', 'me', '--yes', '--language'];
    // Traditional Chinese is not what is to be removed where simplified is stored.
    expect(await papergraph(...chinese, 'zh-Hant')).toMatchObject({ status: 1 });
    expect(await papergraph(...chinese, 'zh-CN')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('removed 1 digest, 8 entries') as string,
    });
  });
});
