import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { DatabaseError } from '../database-error.ts';
import type { Owner, Place } from './cluster-owner.ts';
import { moveIntoPlace } from './move-into-place.ts';
import type { Binaries } from './postgres-binaries.ts';

const run = promisify(execFile);

/** The database user that owns the cluster. */
export const USER = 'papergraph';

/** The files of an embedded Postgres. */
export interface Cluster {
  /** The data directory (PGDATA). */
  readonly dir: string;
  readonly password: string;
}

/**
 * Returns the cluster of a place, and creates it if there is none. A new cluster is built in a temporary
 * folder that is renamed when it is complete: two processes may start at the same time, and an interrupted
 * start leaves no partial cluster. The random password is in a file that only its owner can read. Rejects
 * with DatabaseError if initdb fails.
 */
export async function ensureCluster(place: Place, binaries: Binaries): Promise<Cluster> {
  const dir = path.join(place.dir, 'pg');
  if (!fs.existsSync(path.join(dir, 'PG_VERSION'))) await build(place, binaries, dir);
  return { dir, password: fs.readFileSync(path.join(dir, PASSWORD_FILE), 'utf8') };
}

const PASSWORD_FILE = 'papergraph.password';

async function build({ dir: parent, owner }: Place, { initdb, env }: Binaries, dir: string): Promise<void> {
  const temporary = fs.mkdtempSync(path.join(parent, 'new-'));
  try {
    const [cluster, password] = [path.join(temporary, 'pg'), path.join(temporary, PASSWORD_FILE)];
    fs.writeFileSync(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
    changeOwner(temporary, owner);
    changeOwner(password, owner);
    const options = ['-D', cluster, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${password}`];
    const locale = ['-E', 'UTF8', '--locale=C.UTF-8', '--no-instructions'];
    await run(initdb, [...options, ...locale], { ...owner, env, cwd: '/' });
    fs.renameSync(password, path.join(cluster, PASSWORD_FILE));
    moveIntoPlace(cluster, dir);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new DatabaseError(
      `the embedded Postgres could not be set up in ${dir}: ${lastLine(stderr) ?? message}`,
      { cause: error },
    );
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

function changeOwner(file: string, { uid, gid }: Owner): void {
  if (uid !== undefined && gid !== undefined) fs.chownSync(file, uid, gid);
}

function lastLine(text: string | undefined): string | undefined {
  return text?.trim().split('\n').at(-1) || undefined;
}
