import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findFiles, type FindOptions } from '../../src/sources/find-files.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { postedDigests } from '../../src/ingest/ingest-posted.ts';
import type { IngestReport } from '../../src/ingest/runs/report.ts';
import { unpack } from '../../src/sources/unpack.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';

const NAME = '2026-01-15_AI_enhanced_Chinese.jsonl';
const PLAIN = jsonl(jsonRecord('2601.00001'), jsonRecord('2601.00002'));
const PACKED = gzipSync(PLAIN);

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await openTestDatabase();
  folder = mkdtempSync(path.join(tmpdir(), 'papergraph-packed-'));
  writeFileSync(path.join(folder, `${NAME}.gz`), PACKED);
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const now = (): Date => new Date('2026-03-04T05:06:07Z');

/** Ingests the file of a SOURCE argument for the test's own source. */
async function take(argument: string, source: string, stdin: Uint8Array = PACKED): Promise<IngestReport> {
  const world: FindOptions = { stdin: bytes(stdin), cwd: folder, now };
  const [file] = await findFiles(argument, world);
  if (file === undefined) throw new Error(`${argument} is no file`);
  return await ingestFile(database.pool, file, { source, date: '2026-01-15' });
}

/** One byte first, because chunks may have any size. */
async function* bytes(all: Uint8Array): AsyncGenerator<Uint8Array> {
  yield all.subarray(0, 1);
  yield all.subarray(1);
}

async function serve(body: Uint8Array): Promise<string> {
  const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a compressed digest is read', () => {
  test.each([
    ['a file', `${NAME}.gz`],
    ['a folder', '.'],
    ['a glob', '*.gz'],
    ['standard input', '-'],
  ])('as %s', async (how, argument) => {
    expect(await take(argument, how)).toMatchObject({
      status: 'STORED',
      digest: { date: '2026-01-15', language: 'zh' },
      entries: 2,
    });
  });

  test('from a URL, even if the server does not label it, or has decompressed it', async () => {
    const packed = await serve(PACKED);
    const plain = await serve(Buffer.from(PLAIN));
    for (const url of [`${packed}/${NAME}.gz`, `${packed}/${NAME}`, `${plain}/${NAME}.gz`])
      expect(await take(url, url)).toMatchObject({
        status: 'STORED',
        digest: { language: 'zh' },
        entries: 2,
      });
  });

  test('from a posted URL', async () => {
    const post = postedDigests({ pool: database.pool, allowPrivate: 'first', now });
    const runId = await post({
      document: { url: `${await serve(PACKED)}/${NAME}.gz` },
      source: 'posted',
      strict: true,
    });
    const { rows } = await database.pool.query('select status, entries from ingest_run where id = $1', [
      runId,
    ]);
    expect(rows).toEqual([{ status: 'STORED', entries: 2 }]);
  });

  test('as the same digest as the uncompressed file', async () => {
    const takeText = async (name: string, text: string | Uint8Array) =>
      await ingestFile(database.pool, textFile(name, text, 'both'));
    expect(await takeText(NAME, PLAIN)).toMatchObject({ status: 'STORED' });
    expect(await takeText(`${NAME}.gz`, PACKED)).toMatchObject({ status: 'UNCHANGED' });
    expect(await takeText(`${NAME}.gz`, gzipSync(PLAIN, { level: 1 }))).toMatchObject({
      status: 'UNCHANGED',
    });
  });

  test('even if it was compressed in several members', async () => {
    const [first = '', second = ''] = PLAIN.split(/(?<=\n)/);
    const pieces = Buffer.concat([gzipSync(first), gzipSync(second)]);
    expect(await take('-', 'pieces', pieces)).toMatchObject({ status: 'STORED', entries: 2 });
  });
});

describe('a compressed digest is refused, and nothing of it stored,', () => {
  const damaged = Buffer.from(PACKED);
  damaged.fill(0x55, 20, 40);
  const wrongSum = Buffer.from(PACKED);
  wrongSum.fill(0, PACKED.length - 8);
  test.each([
    ['cut off', PACKED.subarray(0, -12)],
    ['cut off at its start', PACKED.subarray(0, 5)],
    ['damaged', damaged],
    ['damaged in its last bytes', wrongSum],
  ])('if it is %s', async (how, text) => {
    const report = await take('-', how, text);
    expect(report).toMatchObject({ status: 'REFUSED', digest: null });
    expect(report.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^-: expected whole gzip, got a damaged or cut-off one: .*, after \d+ bytes of text$/,
      ) as string,
    ]);
    expect((await database.pool.query('select 1 from source where name = $1', [how])).rowCount).toBe(0);
  });

  test('if it decompresses to more than the limit of its source', async () => {
    const many = gzipSync(Buffer.alloc(3_000_000, '\n'));
    const unpacking = unpack({
      chunks: bytes(many),
      location: 'https://example.org/x.gz',
      maxBytes: 1_000_000,
    });
    await expect(buffer(unpacking)).rejects.toThrow(
      'https://example.org/x.gz: expected gzip that unpacks to at most 1000000 bytes, got more',
    );
  });
});

test('an error of reading a compressed file is reported unchanged', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield PACKED.subarray(0, 30);
    throw new Error('the disk is gone');
  }
  await expect(buffer(unpack({ chunks: broken(), location: 'x' }))).rejects.toThrow('the disk is gone');
});

test('a file that grows a thousandfold is decompressed only as far as it is read', async () => {
  const megabyte = gzipSync(Buffer.alloc(1_000_000, 'x'));
  let given = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += 1;
      yield megabyte;
    }
  }
  const unpacking = unpack({ chunks: endless(), location: 'x' });
  await unpacking.next();
  await unpacking.return(undefined);
  expect(given).toBeLessThan(1_000);
});
