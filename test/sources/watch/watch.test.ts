import { once } from 'node:events';
import fs, { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { watchedDigests } from '../../../src/ingest/ingest-watched.ts';
import { createLogger } from '../../../src/logger.ts';
import { FolderHints } from '../../../src/sources/watch/folder-hints.ts';
import { addressesOf } from '../../../src/sources/watch/watch-url.ts';
import { watch } from '../../../src/sources/watch/watch.ts';
import { runCli } from '../../support/cli.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { jsonl, jsonRecord } from '../../support/digest-files.ts';

/** The lock of an ingest that changes the store. */
const STORE_LOCK = 0x70617072;
const DAY = '2026-01-15_AI_enhanced_Chinese.jsonl';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await openTestDatabase();
  folder = mkdtempSync(path.join(tmpdir(), 'papergraph-watch-'));
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Watches until the test ends, and waits for the watching to end. Returns the warnings. */
function start(source: string, change: Partial<Parameters<typeof watch>[1]> = {}): Warning[] {
  const warnings: Warning[] = [];
  const controller = new AbortController();
  const { now = () => new Date() } = change;
  const stop = controller.signal;
  const log = createLogger('warn', { write: (line) => warnings.push(JSON.parse(line) as Warning) });
  const watching = watch(source, {
    take: watchedDigests({ pool: database.pool, now, stop, log }),
    cwd: folder,
    now,
    stop,
    log,
    allowPrivate: 'first',
    pollMs: 50,
    settleMs: 100,
    gapMs: 0,
    ...change,
  });
  onTestFinished(async () => {
    controller.abort();
    await watching;
  });
  return warnings;
}

interface Warning {
  readonly msg: string;
  readonly folder?: string;
  readonly problem?: string;
  readonly url?: string;
  readonly status?: number;
  readonly err?: { readonly message: string };
}

const papers = async (): Promise<string[]> =>
  (await database.pool.query<{ arxiv_id: string }>('select arxiv_id from paper order by arxiv_id')).rows.map(
    ({ arxiv_id: id }) => id,
  );

const runs = async (): Promise<string[]> =>
  (
    await database.pool.query<{ status: string }>('select status from ingest_run order by started_at')
  ).rows.map(({ status }) => status);

const digest = (...ids: string[]): string => jsonl(...ids.map((id) => jsonRecord(id)));

describe('a watched folder', () => {
  test('has its files ingested, then new and rewritten ones', async () => {
    const data = path.join(folder, 'data');
    mkdirSync(data);
    writeFileSync(path.join(data, DAY), digest('2601.00001'));
    start('data');
    await expect.poll(papers).toEqual(['2601.00001']);
    writeFileSync(path.join(data, 'new'), digest('2601.00002'));
    renameSync(path.join(data, 'new'), path.join(data, '2026-01-16_AI_enhanced_Chinese.jsonl'));
    await expect.poll(papers).toEqual(['2601.00001', '2601.00002']);
    writeFileSync(path.join(data, DAY), digest('2601.00001', '2601.00003'));
    await expect.poll(papers).toEqual(['2601.00001', '2601.00002', '2601.00003']);
    expect(await runs()).toEqual(['STORED', 'STORED', 'STORED']);
  });

  test('has compressed files ingested, and reports undated digests once', async () => {
    writeFileSync(path.join(folder, 'latest.jsonl'), digest('2601.00009'));
    writeFileSync(path.join(folder, `${DAY}.gz`), gzipSync(digest('2601.00001')));
    const warnings = start('.');
    await expect.poll(papers).toEqual(['2601.00001']);
    writeFileSync(path.join(folder, '2026-01-16.JSONL.gz'), gzipSync(digest('2601.00002')));
    await expect.poll(papers).toEqual(['2601.00001', '2601.00002']);
    expect(warnings.map(({ msg }) => msg)).toEqual([
      'skipped 1 undated digest (latest.jsonl): ingest such a file by itself, with --date',
    ]);
  });

  test('may be created later, with one warning until then', async () => {
    const warnings = start('later');
    await expect.poll(() => warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      msg: 'nothing to watch yet; digests are ingested once they appear',
      folder: 'later',
      problem: 'later: there is no such file or folder',
    });
    expect(await papers()).toEqual([]);
    mkdirSync(path.join(folder, 'later'));
    writeFileSync(path.join(folder, 'later', DAY), digest('2601.00001'));
    await expect.poll(papers).toEqual(['2601.00001']);
    expect(warnings).toHaveLength(1);
  });

  test('may be removed and created again', async () => {
    const data = path.join(folder, 'data');
    for (const ids of [['2601.00001'], ['2601.00001', '2601.00002']]) {
      rmSync(data, { recursive: true, force: true });
      mkdirSync(data);
      writeFileSync(path.join(data, DAY), digest(...ids));
      if (ids.length === 1) start('data');
      await expect.poll(papers).toEqual(ids);
    }
  });

  test('has a file read only once it has not changed for a while, by the clock of this machine', async () => {
    const file = path.join(folder, DAY);
    const clock = new Clock('2026-01-15T12:00:00Z');
    // The file system's clock is slow.
    const written = clock.now().getTime() / 1_000 - 10;
    writeFileSync(file, digest('2601.00001').slice(0, 50));
    utimesSync(file, written, written);
    start('.', { now: clock.now, settleMs: 2_000, pollMs: 20 });
    await clock.looks(10);
    writeFileSync(file, digest('2601.00001'));
    utimesSync(file, written, written);
    await clock.looks(10);
    expect(await runs()).toEqual([]);
    clock.advance(3_000);
    await expect.poll(papers).toEqual(['2601.00001']);
    expect(await runs()).toEqual(['STORED']);
  });

  test('has old files read at once', async () => {
    const file = path.join(folder, DAY);
    writeFileSync(file, digest('2601.00001'));
    utimesSync(file, new Date(), new Date(Date.now() - 3_600_000));
    start('.', { settleMs: 3_600_000 });
    await expect.poll(papers).toEqual(['2601.00001']);
  });

  test('has nothing stored of a file that is rewritten while it is read', async () => {
    const file = path.join(folder, DAY);
    const holder = new pg.Client({ connectionString: database.url });
    holder.on('error', () => {});
    await holder.connect();
    await holder.query('select pg_advisory_lock($1)', [STORE_LOCK]);
    writeFileSync(file, digest('2601.00001'));
    start('.');
    // The file has been read; the ingest waits for the store.
    await expect.poll(waitingForLocks).toBe(1);
    writeFileSync(file, digest('2601.00001', '2601.00002'));
    await holder.end();
    await expect.poll(papers).toEqual(['2601.00001', '2601.00002']);
    expect(await runs()).toEqual(['STORED']);
  });

  test('has an unreadable file tried again, without recording a refusal', async () => {
    const cannot = Object.assign(new Error('input/output error'), { code: 'EIO' });
    let tries = 0;
    const { createReadStream } = fs;
    vi.spyOn(fs, 'createReadStream').mockImplementation((...given) => {
      tries += 1;
      if (tries > 2) return createReadStream(...given);
      return new Readable({ read: (): void => void 0 }).destroy(cannot) as fs.ReadStream;
    });
    syncBuiltinESMExports();
    onTestFinished(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });
    writeFileSync(path.join(folder, DAY), digest('2601.00001'));
    const warnings = start('.');
    await expect.poll(papers).toEqual(['2601.00001']);
    expect(await runs()).toEqual(['STORED']);
    const told = expect.stringContaining(`${DAY}: cannot be read (EIO)`) as string;
    expect(warnings.map(({ err }) => err?.message)).toEqual([told, told]);
  });

  test('is not scanned once for each of many changes', async () => {
    const file = path.join(folder, DAY);
    const clock = new Clock('2026-01-15T12:00:00Z');
    writeFileSync(file, digest('2601.00001'));
    start('.', { now: clock.now, pollMs: 3_600_000, settleMs: 3_600_000, gapMs: 3_600_000 });
    await clock.looks(1);
    for (let change = 0; change < 20; change += 1) {
      await utimes(file, change, change);
      // Long enough for a scan.
      await setTimeout(15);
    }
    expect(clock.looked).toBeLessThan(10);
  });
});

/** A clock that is advanced by hand. It is read at every scan. */
class Clock {
  #at: number;
  looked = 0;

  constructor(at: string) {
    this.#at = Date.parse(at);
  }

  readonly now = (): Date => {
    this.looked += 1;
    return new Date(this.#at);
  };

  advance(ms: number): void {
    this.#at += ms;
  }

  /** Resolves once the clock has been read `times` more times. */
  async looks(times: number): Promise<void> {
    const until = this.looked + times;
    await vi.waitUntil(() => this.looked >= until, { timeout: 120_000 });
  }
}

async function waitingForLocks(): Promise<number | null> {
  const { rowCount } = await database.pool.query(
    `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rowCount;
}

describe('folder hints', () => {
  /** Watches the test's folder and counts hints. */
  async function watchFolder(): Promise<{ hints: FolderHints; count: () => number }> {
    let count = 0;
    const hints = new FolderHints(() => (count += 1));
    onTestFinished(() => hints.close());
    await hints.watch(new Set([folder]));
    return { hints, count: () => count };
  }

  test('come for names of possible digests only', async () => {
    const { count } = await watchFolder();
    for (const name of ['postmaster.pid', '2026-01-15.md.part', '000000010000000000000001'])
      writeFileSync(path.join(folder, name), 'x');
    mkdirSync(path.join(folder, 'base'));
    // Changes are reported in order: the earlier ones have been reported by then.
    writeFileSync(path.join(folder, 'last.md'), 'x');
    await expect.poll(count).toBeGreaterThan(0);
    expect(count()).toBeLessThanOrEqual(3);
  });

  test('continue in a folder that was removed and created again', async () => {
    const { hints, count } = await watchFolder();
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    await hints.watch(new Set([folder]));
    const before = count();
    writeFileSync(path.join(folder, DAY), 'x');
    await expect.poll(count).toBeGreaterThan(before);
  });
});

test.each(['https://', 'http://exa mple.org/{date}.md', 'ftp://example.org/', '-', ''])(
  'a source that cannot be watched is wrong usage: %s',
  async (source) => {
    const { status, stderr } = await runCli(['serve', '--watch', source]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `papergraph: --watch: expected a folder or an http(s) URL, got "${source}"\n`,
    });
  },
);

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a watched URL', () => {
  test('is requested conditionally, and changes are ingested', async () => {
    let version = 1;
    const asked: (string | undefined)[] = [];
    const url = await serve(({ headers }, response) => {
      asked.push(headers['if-none-match']);
      const etag = `"${version}"`;
      if (headers['if-none-match'] === etag) response.writeHead(304).end();
      else
        response
          .writeHead(200, { etag })
          .end(digest(...Array.from({ length: version }, (_, n) => `2601.0000${n}`)));
    });
    start(`${url}/${DAY}`);
    await expect.poll(papers).toEqual(['2601.00000']);
    await expect.poll(() => asked.length).toBeGreaterThan(3);
    expect(await runs()).toEqual(['STORED']);
    version = 2;
    await expect.poll(papers).toEqual(['2601.00000', '2601.00001']);
    await expect.poll(() => new Set(asked)).toEqual(new Set([undefined, '"1"', '"2"']));
  });

  test('covers today and the last seven days (UTC), in the languages that producers use', async () => {
    const paths: string[] = [];
    const url = await serve(({ url: asked = '' }, response) => {
      paths.push(asked);
      const there = asked === '/d/2026-02-28_AI_enhanced_English.jsonl';
      response.writeHead(there ? 200 : 404).end(there ? digest('2602.00001') : '');
    });
    start(`${url}/d/{date}_AI_enhanced_{language}.jsonl`, {
      now: () => new Date('2026-03-02T23:30:00-02:00'),
    });
    await expect.poll(papers).toEqual(['2602.00001']);
    const days = new Set(paths.map((each) => each.slice(3, 13)));
    expect([...days]).toEqual(
      expect.arrayContaining(['2026-03-03', '2026-03-02', '2026-03-01', '2026-02-28']),
    );
    expect(
      addressesOf('http://x/{date}.md', new Date('2026-03-03T01:00:00Z')).map((a) => a.url.pathname),
    ).toEqual(
      ['03-03', '03-02', '03-01', '02-28', '02-27', '02-26', '02-25', '02-24'].map((d) => `/2026-${d}.md`),
    );
  });

  test('without a file yet causes one warning, and its file is ingested once it appears', async () => {
    let rounds = 0;
    const url = await serve(({ url: asked = '' }, response) => {
      if (asked.startsWith('/2026-03-02')) rounds += 1;
      if (rounds < 3) response.writeHead(404).end();
      else response.writeHead(200).end(digest('2603.00001'));
    });
    const warnings = start(`${url}/{date}.jsonl?token=x`, { now: () => new Date('2026-03-02T12:00:00Z') });
    await expect.poll(papers).toEqual(['2603.00001']);
    expect(warnings).toMatchObject([
      {
        msg: 'nothing to watch yet; digests are ingested once they appear',
        url: `${url}/{date}.jsonl`,
      },
    ]);
  });

  test('is still requested if the host answers 403 for missing files, with one warning', async () => {
    const asked: string[] = [];
    const url = await serve(({ url: name = '' }, response) => {
      asked.push(name);
      if (name.includes('2026-02-28')) response.writeHead(200).end(digest('2602.00001'));
      else if (name.includes('2026-03-01')) response.writeHead(200, { 'content-length': 2 ** 30 }).write('x');
      else response.writeHead(403).end();
    });
    const warnings = start(`${url}/{date}.jsonl`, { now: () => new Date('2026-03-02T12:00:00Z') });
    await expect.poll(papers).toEqual(['2602.00001']);
    // Eight days, three rounds.
    await expect.poll(() => asked.length).toBeGreaterThan(24);
    const ofStatus = warnings.filter(({ status }) => status === 403).map((warning) => warning.url);
    expect(ofStatus).toHaveLength(6);
    expect(new Set(ofStatus).size).toBe(6);
    expect(warnings.flatMap(({ err }) => err?.message ?? [])).toEqual([
      `${url}/2026-03-01.jsonl: expected at most ${64 * 2 ** 20} bytes, got more`,
    ]);
  });

  test.each([408, 425, 429, 500, 503])('is not requested for a while after status %i', async (code) => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.writeHead(code, { 'retry-after': '3600' }).end();
    });
    const warnings = start(`${url}/{date}.jsonl`);
    await expect.poll(() => warnings).toHaveLength(1);
    expect(asked).toBe(1);
  });

  test('that fails is tried again, and its redirects do not reach private addresses', async () => {
    let failing = true;
    const url = await serve(({ url: asked = '' }, response) => {
      if (failing) response.writeHead(503).end();
      else if (asked.startsWith('/moved')) response.writeHead(302, { location: `/${DAY}` }).end();
      else response.writeHead(200).end(digest('2601.00001'));
    });
    start(`${url}/moved/${DAY}`);
    start(`${url}/${DAY}`, { pollMs: 60 });
    failing = false;
    await expect.poll(papers).toEqual(['2601.00001']);
    expect(await runs()).toEqual(['STORED']);
  });
});
