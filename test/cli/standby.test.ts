import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort } from '../feed/checker/free-port.ts';
import { databaseFolder, runAs, startAs } from '../support/as-postgres.ts';
import { runCli } from '../support/cli.ts';
import { idsOf, nextBatch, overWebSocket } from '../support/live.ts';
import { LONG } from '../support/long.ts';
import { EVERYTHING, startServing, writeDigest } from '../support/serving.ts';

const BIN = '/usr/lib/postgresql/15/bin';

/** A primary server and a standby that follows it; they end with the test. */
async function startPair(): Promise<{ primary: string; standby: string; promote: () => void }> {
  const folder = databaseFolder();
  const run = (program: string, ...args: string[]): void => runAs(path.join(BIN, program), args);
  const start = async (name: string): Promise<number> => {
    const port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off'];
    const flags = settings.flatMap((setting) => ['-c', setting]);
    startAs(path.join(BIN, 'postgres'), ['-D', path.join(folder, name), '-p', String(port), ...flags]);
    const isReady = () => {
      run('pg_isready', '-q', '-h', '127.0.0.1', '-p', String(port));
      return true;
    };
    await expect.poll(isReady).toBe(true);
    return port;
  };
  run(
    'initdb',
    '-D',
    path.join(folder, 'primary'),
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
  );
  const primary = await start('primary');
  const copy = path.join(folder, 'standby');
  run(
    'pg_basebackup',
    '-D',
    copy,
    '-h',
    '127.0.0.1',
    '-p',
    String(primary),
    '-U',
    'postgres',
    '-R',
    '-c',
    'fast',
  );
  const standby = await start('standby');
  const url = (port: number): string => `postgres://postgres@127.0.0.1:${port}/postgres`;
  return {
    primary: url(primary),
    standby: url(standby),
    promote: () => run('pg_ctl', '-D', copy, '-w', 'promote'),
  };
}

const PAPERS = `subscription { papers: paperIngested(start: NOW) { cursor caughtUp events { cursor kind paper { arxivId } } } }`;

describe.skipIf(!LONG || !existsSync(BIN))('a standby (long form, needs PostgreSQL 15)', () => {
  test('serves what the primary has, follows its feed, takes nothing in, and goes on once it is promoted', async () => {
    const { primary, standby, promote } = await startPair();
    const ingest = async (url: string, day: string, id: string) =>
      await runCli(['ingest', '--source', 'me', writeDigest(`${day}_AI_enhanced_Chinese.jsonl`, [id])], {
        DATABASE_URL: url,
      });
    const early = await runCli(['serve', '--port', '0'], { DATABASE_URL: standby });
    expect(early.stderr).toMatch(/^papergraph: migrations are pending \(0001_.*on the primary server\n$/);
    expect(await ingest(primary, '2026-01-14', '2601.00001')).toMatchObject({ status: 0 });
    await expect
      .poll(async () => (await runCli(['export', '--date', '2026-01-14'], { DATABASE_URL: standby })).status)
      .toBe(0);

    const { url, ask, readiness, stderr } = await startServing(standby);
    expect((await ask(EVERYTHING)).errors).toBeUndefined();
    await expect.poll(stderr).toContain('does not support LISTEN: the feed is polled');
    expect(await readiness()).toMatchObject({ status: 'ok' });
    const stream = overWebSocket(url, PAPERS);
    await nextBatch(stream);
    await ingest(primary, '2026-01-15', '2601.00002');
    expect(idsOf(await nextBatch(stream))).toEqual(['2601.00002']);

    expect(await ingest(standby, '2026-01-16', '2601.00003')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^papergraph: [^\n]*this Postgres is a standby\n$/) as string,
    });
    promote();
    expect(await ingest(standby, '2026-01-16', '2601.00003')).toMatchObject({ status: 0, stderr: '' });
    expect(await ask('{ papers { totalCount } }')).toEqual({ data: { papers: { totalCount: 3 } } });
  });
});
