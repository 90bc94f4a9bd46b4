import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../feed/checker/free-port.ts';
import { databaseFolder, runAs, startAs } from '../support/as-postgres.ts';
import { runCli } from '../support/cli.ts';
import { nextBatch, overWebSocket } from '../support/live.ts';
import { startServing, writeDigest } from '../support/serving.ts';

const BIN = '/usr/lib/postgresql/15/bin';

const FOLLOW = (start: string): string =>
  `subscription { papers: paperIngested(${start}) { cursor caughtUp events { cursor kind paper { arxivId } } } }`;

/** A server of the same version as `pg_dump`; it ends with the test. Its URL. */
async function startPostgres(): Promise<string> {
  const folder = databaseFolder();
  const data = path.join(folder, 'data');
  const kind = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'];
  runAs(path.join(BIN, 'initdb'), ['-D', data, ...kind]);
  const port = String(await freePort());
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off'];
  const flags = settings.flatMap((setting) => ['-c', setting]);
  startAs(path.join(BIN, 'postgres'), ['-D', data, '-p', port, ...flags]);
  const isReady = (): boolean => {
    runAs(path.join(BIN, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', port]);
    return true;
  };
  await expect.poll(isReady).toBe(true);
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

describe.skipIf(!existsSync(BIN))('a store that is restored from a dump, as documented', () => {
  test('has all papers, and refuses the cursors of the store that was dumped', async () => {
    const original = await startPostgres();
    const env = { DATABASE_URL: original };
    expect(await runCli(['migrate'], env)).toMatchObject({ status: 0 });
    const digest = writeDigest('2026-01-14_AI_enhanced_Chinese.jsonl', ['2601.00001', '2601.00002']);
    expect(await runCli(['ingest', '--source', 'me', digest], env)).toMatchObject({ status: 0 });
    const before = await startServing(original);
    const { cursor } = await nextBatch(overWebSocket(before.url, FOLLOW('start: NOW')));

    const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-dump-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const dump = path.join(folder, 'papergraph.dump');
    const restored = original.replace(/postgres$/, 'papergraph_restored');
    const run = (program: string, ...args: string[]) => execFileSync(path.join(BIN, program), args);
    run('pg_dump', '--format=custom', `--file=${dump}`, original);
    run('createdb', `--maintenance-db=${original}`, 'papergraph_restored');
    run('pg_restore', '--no-owner', `--dbname=${restored}`, dump);

    const { url, ask } = await startServing(restored);
    expect(await ask('{ papers { totalCount } }')).toMatchObject({ data: { papers: { totalCount: 2 } } });
    const stream = overWebSocket(url, FOLLOW(`after: "${cursor}"`));
    const refusal: unknown = await stream.next().catch((error: unknown) => error);
    expect(JSON.stringify(refusal)).toContain('CURSOR_INVALID');
  });
});
