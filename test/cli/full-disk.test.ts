import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../feed/checker/free-port.ts';
import { databaseFolder, databaseUser, runAs, startAs } from '../support/as-postgres.ts';
import { runCli } from '../support/cli.ts';
import { LONG } from '../support/long.ts';
import { startServing, writeDigest } from '../support/serving.ts';

const BIN = '/usr/lib/postgresql/15/bin';
const [MOUNT, UNMOUNT] = ['/bin/mount', '/bin/umount'];
const isRoot = process.getuid?.() === 0;

/** A file system of its own, of so many megabytes; undefined where this system lets us have none. */
function smallDisk(folder: string, megabytes: number): string | undefined {
  const disk = path.join(folder, 'disk');
  mkdirSync(disk);
  const { uid = 0, gid = 0 } = databaseUser();
  const options = `size=${megabytes}m,uid=${uid},gid=${gid},mode=700`;
  if (spawnSync(MOUNT, ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status !== 0) return undefined;
  onTestFinished(() => void execFileSync(UNMOUNT, ['-l', disk]));
  return disk;
}

describe.skipIf(!LONG || !isRoot || !existsSync(BIN))(
  'a full disk (long form, needs root and PostgreSQL 15)',
  () => {
    test('ends an ingest with one line; the server answers all the time, and takes digests once there is room', async ({
      skip,
    }) => {
      const folder = databaseFolder();
      const disk = smallDisk(folder, 120);
      skip(disk === undefined, 'no file system can be mounted here');
      const [data, wal, port] = [path.join(disk ?? '', 'data'), path.join(folder, 'wal'), await freePort()];
      runAs(path.join(BIN, 'initdb'), ['-D', data, '-X', wal, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8']);
      const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off'];
      const flags = settings.flatMap((setting) => ['-c', setting]);
      startAs(path.join(BIN, 'postgres'), ['-D', data, '-p', String(port), ...flags]);
      const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
      const ingest = async (day: string, count: number) => {
        const ids = Array.from({ length: count }, (_, n) => `2601.${10_000 + n}`);
        const file = writeDigest(`${day}_AI_enhanced_Chinese.jsonl`, ids);
        return await runCli(['ingest', '--source', 'me', file], { DATABASE_URL: url });
      };
      await expect.poll(async () => (await ingest('2026-01-14', 1)).status).toBe(0);
      const { ask } = await startServing(url);
      const count = async () => (await ask('{ papers { totalCount } }')).data;

      const { bavail, bsize } = statfsSync(disk ?? '');
      const filler = path.join(disk ?? '', 'filler');
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 500_000));
      expect(await ingest('2026-01-15', 800)).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/^papergraph: Postgres has no disk space left[^\n]*\n$/) as string,
      });
      expect(await count()).toEqual({ papers: { totalCount: 1 } });
      rmSync(filler);
      expect(await ingest('2026-01-15', 800)).toMatchObject({ status: 0, stderr: '' });
      expect(await count()).toEqual({ papers: { totalCount: 800 } });
    });
  },
);
