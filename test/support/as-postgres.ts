import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** Who runs Postgres and what belongs to it: as root the user `postgres`, else ourselves. */
export function databaseUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  );
  return uid === undefined || gid === undefined ? {} : { uid, gid };
}

/** A folder of that user; it goes with the test. */
export function databaseFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-owner-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { uid, gid } = databaseUser();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  chmodSync(folder, 0o700);
  return folder;
}

/** Starts a program as that user; it ends with the test. */
export function startAs(
  program: string,
  args: readonly string[],
  signal: NodeJS.Signals = 'SIGINT',
): ChildProcess {
  const child = spawn(program, args, {
    ...databaseUser(),
    cwd: '/',
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] },
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  });
  return child;
}

/** Runs a program as that user to its end. Throws where it fails. */
export function runAs(program: string, args: readonly string[]): void {
  execFileSync(program, args, { ...databaseUser(), cwd: '/', stdio: 'pipe' });
}
