import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/logger.ts';
import { addressesOf } from '../../src/watch/watch-url.ts';
import { watch } from '../../src/watch/watch.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord } from '../support/digest-files.ts';

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

/** Watches until the test ends, which waits until watching has ended. */
function start(source: string, change: Partial<Parameters<typeof watch>[1]> = {}): void {
  const controller = new AbortController();
  const watching = watch(source, {
    pool: database.pool,
    cwd: folder,
    now: () => new Date(),
    stop: controller.signal,
    log: createLogger('silent', process.stderr),
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

describe('a folder that is watched', () => {
  test('has its files taken in, then those that come and those that are written anew', async () => {
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

  test('may come later', async () => {
    start('later');
    await expect.poll(async () => await papers()).toEqual([]);
    mkdirSync(path.join(folder, 'later'));
    writeFileSync(path.join(folder, 'later', DAY), digest('2601.00001'));
    await expect.poll(papers).toEqual(['2601.00001']);
  });

  test('has a file read only when it has been left alone for a while', async () => {
    const file = path.join(folder, DAY);
    let clock = Date.parse('2026-01-15T12:00:00Z');
    let looks = 0;
    const now = (): Date => {
      looks += 1;
      return new Date(clock);
    };
    writeFileSync(file, digest('2601.00001').slice(0, 50));
    utimesSync(file, clock / 1_000, clock / 1_000);
    start('.', { now, settleMs: 2_000, pollMs: 20 });
    await expect.poll(() => looks).toBeGreaterThan(10);
    expect(await runs()).toEqual([]);
    writeFileSync(file, digest('2601.00001'));
    utimesSync(file, clock / 1_000, clock / 1_000);
    clock += 3_000;
    await expect.poll(papers).toEqual(['2601.00001']);
    expect(await runs()).toEqual(['STORED']);
  });
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a URL that is watched', () => {
  test('is asked for what has changed since, and what has is taken in', async () => {
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

  test('stands for today and the last seven days (UTC), in the languages that producers use', async () => {
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

  test('that fails is tried again, and leads to no private address by a redirect', async () => {
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
