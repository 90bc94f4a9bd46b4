import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SourceError } from '../../src/sources/digest-file.ts';
import { findFiles, type FindOptions } from '../../src/sources/find-files.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { openTestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord } from '../support/digest-files.ts';

let folder: string;
let world: FindOptions;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'papergraph-files-'));
  world = { stdin: (async function* () {})(), cwd: folder, now: () => new Date('2026-03-04T05:06:07Z') };
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(name: string, text = jsonl(jsonRecord('2601.00001'))): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
}

const found = async (argument: string) =>
  (await findFiles(argument, world)).map(({ location, source }) => [location, source]);

describe('a SOURCE argument', () => {
  test('that is a folder finds every dated digest below it, and skips node_modules', async () => {
    put('repo/README.md');
    put('repo/data/2026-01-16.md');
    put('repo/data/2026-01-15_AI_enhanced_Chinese.jsonl');
    put('repo/node_modules/2026-01-15.md');
    expect(await found('repo')).toEqual([
      ['repo/data/2026-01-15_AI_enhanced_Chinese.jsonl', 'repo'],
      ['repo/data/2026-01-16.md', 'repo'],
    ]);
  });

  test('that is a folder finds .txt and compressed digests, with the date anywhere in the name', async () => {
    for (const name of [
      '2026-01-15.MD',
      '20260116.JSONL',
      'picks_2026-01-17.txt',
      '2026-01-18.jsonl.gz',
      'x.md.gz',
    ])
      put(`fork/${name}`);
    expect((await found('fork')).map(([location]) => location)).toEqual([
      'fork/2026-01-15.MD',
      'fork/2026-01-18.jsonl.gz',
      'fork/20260116.JSONL',
      'fork/picks_2026-01-17.txt',
    ]);
  });

  test('that is a folder reports skipped files that look like digests, and no others', async () => {
    put('fork/2026-01-15.jsonl');
    put('fork/README.md', '# digests\n\nOf arXiv.\n');
    put('fork/package.json');
    put('fork/empty.txt', '');
    put('fork/damaged.jsonl.gz', '\u001f\u008b');
    const notes: string[] = [];
    world = { ...world, note: (message) => notes.push(message) };
    await found('fork');
    expect(notes).toEqual([]);
    for (const name of ['a.jsonl', 'b.txt', 'old/c.JSONL', 'd.jsonl']) put(`fork/${name}`);
    writeFileSync(path.join(folder, 'fork/e.jsonl.gz'), gzipSync(jsonl(jsonRecord('2601.00001'))));
    put('fork/2026-01-16.json');
    await found('fork');
    expect(notes).toEqual([
      'skipped 5 undated digests (fork/a.jsonl, fork/b.txt, fork/d.jsonl and 2 more): ' +
        'ingest such a file by itself, with --date',
      'skipped 1 dated file (fork/2026-01-16.json): ' +
        'digests end in .md, .txt or .jsonl, or in one of these and .gz',
    ]);
  });

  test('that is a glob or a file finds its matches', async () => {
    put('fork/2026-01-15.jsonl');
    put('fork/2026-01-16.jsonl');
    put('fork/notes.txt');
    expect(await found('fork/2026-01-*.jsonl')).toEqual([
      ['fork/2026-01-15.jsonl', 'fork'],
      ['fork/2026-01-16.jsonl', 'fork'],
    ]);
    expect(await found('fork/notes.txt')).toEqual([['fork/notes.txt', 'fork']]);
  });

  test.each([
    ['nothing.md', /there is no such file or folder/],
    ['*.jsonl', /no file matches/],
    ['empty', /expected a folder with digests/],
    ['https://', /expected an http\(s\) URL/],
    ['ftp://example.org/2026-01-15.md', /expected an http\(s\) URL/],
  ])('that does not exist is refused with a reason: %s', async (argument, message) => {
    mkdirSync(path.join(folder, 'empty'));
    await expect(findFiles(argument, world)).rejects.toThrow(SourceError);
    await expect(findFiles(argument, world)).rejects.toThrow(message);
  });

  test.each([
    ['https://github.com/owner/repo/blob/data/data/2026-01-15.md', 'owner/repo'],
    ['https://raw.githubusercontent.com/owner/repo/refs/heads/data/data/2026-01-15.md', 'owner/repo'],
    ['https://digests.example.org:8443/2026-01-15.md', 'digests.example.org:8443'],
    ['https://digests.example.org/100%/2026-01-15_%E0%A4%A.md', 'digests.example.org'],
  ])('that is the URL %s has the source %s', async (url, source) => {
    expect(await found(url)).toEqual([[url, source]]);
  });

  test('that is a URL is shown without credentials and query', async () => {
    expect(await found('https://me:secret@example.org/2026-01-15.md?token=secret')).toEqual([
      ['https://example.org/2026-01-15.md', 'example.org'],
    ]);
  });

  describe('in a clone', () => {
    const origin = '[remote "origin"]\n\turl = https://me:s3cret@github.com/me/digests.git\n';
    const other = '[core]\n\tbare = false\n[remote "fork"]\n\turl = git@github.com:fork/digests.git ; mine\n';

    test.each([
      ['its origin', `${other}${origin}\tfetch = +refs/heads/*:refs/remotes/origin/*\n`, 'me/digests'],
      ['its only remote', other, 'fork/digests'],
      ['none of several without an origin', other + other.replaceAll('fork', 'third'), 'repo'],
      ['a folder', '[remote "origin"]\n\turl = /srv/git/digests.git\n', 'repo'],
      ['nothing', '', 'repo'],
    ])('a digest has the source of %s', async (_what, config, source) => {
      put('repo/.git/config', config);
      for (const name of ['repo/2026-01-15.md', 'repo/data/2026-01-16.md']) {
        put(name);
        expect(await found(name)).toEqual([[name, source]]);
      }
      put('repo/forks/2026-01-15.md');
      expect(await found('repo/forks')).toEqual([['repo/forks/2026-01-15.md', 'forks']]);
    });

    test('so has one in a worktree or a submodule', async () => {
      put('repo/.git/config', origin);
      put('repo/.git/worktrees/data/commondir', '../..\n');
      put('data/.git', `gitdir: ${path.join(folder, 'repo/.git/worktrees/data')}\n`);
      put('data/2026-01-15.md');
      put('repo/.git/modules/sub/config', other);
      put('repo/sub/.git', 'gitdir: ../.git/modules/sub\n');
      put('repo/sub/data/2026-01-15.md');
      expect(await found('data')).toEqual([['data/2026-01-15.md', 'me/digests']]);
      expect(await found('repo')).toEqual([['repo/sub/data/2026-01-15.md', 'fork/digests']]);
    });
  });

  test('standard input has no source', async () => {
    expect(await found('-')).toEqual([['-', undefined]]);
  });
});

async function named(argument: string) {
  const database = await openTestDatabase();
  const [file] = await findFiles(argument, world);
  if (file === undefined) throw new Error(`${argument} gives no file`);
  const { digest, problems } = await ingestFile(database.pool, file);
  await database.close();
  return { ...digest, warnings: problems.map(({ message }) => message) };
}

describe('the identity of a digest', () => {
  test('a dated name’s text beyond date and language is part of the source', async () => {
    put('fork/2026-01-15_database_AI_enhanced_Korean.jsonl');
    expect(await named('fork/2026-01-15_database_AI_enhanced_Korean.jsonl')).toMatchObject({
      source: 'fork_database',
      date: '2026-01-15',
      language: 'ko',
    });
  });

  test('a file without a date in its name takes its modification day, with a warning', async () => {
    put('fork/today.jsonl');
    utimesSync(path.join(folder, 'fork/today.jsonl'), new Date(), new Date('2026-02-03T23:59:00Z'));
    expect(await named('fork/today.jsonl')).toMatchObject({
      source: 'fork',
      date: '2026-02-03',
      language: 'zh',
      warnings: [expect.stringContaining('2026-02-03')],
    });
  });

  test('a URL without a date takes the current day', async () => {
    const server = createServer((request, response) => {
      response
        .writeHead(request.url === '/digest.jsonl?key=1' ? 200 : 404)
        .end(jsonl(jsonRecord('2601.00001')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await named(`http://${host}/digest.jsonl?key=1`)).toMatchObject({
      source: host,
      date: '2026-03-04',
    });
    const database = await openTestDatabase();
    const [missing] = await findFiles(`http://${host}/2026-01-15.md`, world);
    const report = missing && (await ingestFile(database.pool, missing));
    await database.close();
    server.close();
    expect(report).toMatchObject({
      status: 'REFUSED',
      problems: [{ message: expect.stringContaining('404') as string }],
    });
  });
});
