import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Owner, Place } from './cluster-owner.ts';
import { DatabaseError } from '../database-error.ts';
import { moveIntoPlace } from './move-into-place.ts';
import type { Binaries } from './postgres-binaries.ts';

const run = promisify(execFile);

/** The database user that owns the cluster. */
export const USER = 'papergraph';

/** A cluster on disk. */
export interface Cluster {
  /** Its folder (PGDATA). */
  readonly dir: string;
  readonly password: string;
}

/**
 * The cluster of this place, made where there is none. It is built aside and moved into place whole, so that two first
 * starts cannot clash and a broken-off one leaves nothing half-made. The password is random, in a file that its owner
 * alone can read. Rejects with DatabaseError where initdb fails.
 */
export async function ensureCluster(place: Place, binaries: Binaries): Promise<Cluster> {
  const dir = path.join(place.dir, 'pg');
  if (!fs.existsSync(path.join(dir, 'PG_VERSION'))) await build(place, binaries, dir);
  return { dir, password: fs.readFileSync(path.join(dir, PASSWORD_FILE), 'utf8') };
}

const PASSWORD_FILE = 'papergraph.password';

async function build({ dir: parent, owner }: Place, { initdb, env }: Binaries, dir: string): Promise<void> {
  const aside = fs.mkdtempSync(path.join(parent, 'new-'));
  try {
    const [cluster, password] = [path.join(aside, 'pg'), path.join(aside, PASSWORD_FILE)];
    fs.writeFileSync(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
    give(aside, owner);
    give(password, owner);
    const options = ['-D', cluster, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${password}`];
    const locale = ['-E', 'UTF8', '--locale=C.UTF-8', '--no-instructions'];
    await run(initdb, [...options, ...locale], { ...owner, env, cwd: '/' });
    fs.renameSync(password, path.join(cluster, PASSWORD_FILE));
    moveIntoPlace(cluster, dir);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new DatabaseError(
      `the embedded Postgres could not be set up in ${dir}: ${lastLine(stderr) ?? message}`,
      {
        cause: error,
      },
    );
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

function give(file: string, { uid, gid }: Owner): void {
  if (uid !== undefined && gid !== undefined) fs.chownSync(file, uid, gid);
}

function lastLine(text: string | undefined): string | undefined {
  return text?.trim().split('\n').at(-1) || undefined;
}
