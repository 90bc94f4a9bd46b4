import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseError } from '../database-error.ts';
import { hasCode } from '../error-codes.ts';

/** The user that runs the server; empty if that is the user of this process. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Where the files of a cluster are, and the user that owns them. */
export interface Place {
  /** An absolute path. */
  readonly dir: string;
  readonly owner: Owner;
}

/**
 * Chooses and creates the folder of the cluster for `dataDir`. Postgres refuses to run as root: it then runs
 * as the user `postgres`, else `nobody`. If that user cannot enter the data folder (below /root, for
 * example), the cluster gets another folder, the same one each time, which is logged. Throws DatabaseError if
 * neither user exists.
 */
export function placeCluster(dataDir: string, log: (message: string) => void = () => {}): Place {
  const wanted = path.resolve(dataDir);
  if (process.getuid?.() !== 0) return { dir: makeFolder(wanted, {}), owner: {} };
  const owner = ownerOf(path.join(wanted, 'pg')) ?? unprivileged();
  if (canEnter(wanted, owner)) return { dir: makeFolder(wanted, owner), owner };
  const elsewhere = path.join(
    stateFolder(),
    `papergraph-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`,
  );
  if (!fs.existsSync(elsewhere)) {
    log(`Postgres cannot run as root, and its user cannot enter ${wanted}: the data lives in ${elsewhere}`);
  }
  return { dir: makeFolder(elsewhere, owner), owner };
}

/** The owner of an existing cluster, which does not change; undefined without a cluster, or if it is root. */
function ownerOf(cluster: string): Required<Owner> | undefined {
  const { uid, gid } = fs.statSync(cluster, { throwIfNoEntry: false }) ?? { uid: 0, gid: 0 };
  return uid === 0 ? undefined : { uid, gid };
}

function unprivileged(): Required<Owner> {
  const users = new Map(
    fs
      .readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  const found = users.get('postgres') ?? users.get('nobody');
  if (found !== undefined) return found;
  throw new DatabaseError(
    'Postgres cannot run as root, and there is no user postgres or nobody: set DATABASE_URL',
  );
}

/** Whether a user may enter a folder and all its existing parents. */
export function canEnter(dir: string, owner: Required<Owner>): boolean {
  for (let at = dir; ; at = path.dirname(at)) {
    // If it is a symbolic link, the parents of its target count.
    if (fs.existsSync(at) && fs.realpathSync(at) !== at) return canEnter(fs.realpathSync(at), owner);
    if (fs.existsSync(at) && !mayPass(fs.statSync(at), owner)) return false;
    if (at === path.dirname(at)) return true;
  }
}

function mayPass(folder: fs.Stats, { uid, gid }: Required<Owner>): boolean {
  const bit = folder.uid === uid ? 0o100 : folder.gid === gid ? 0o010 : 0o001;
  return (folder.mode & bit) !== 0;
}

/** The usual folder for persistent state on Linux, else the temporary folder. */
function stateFolder(): string {
  return fs.existsSync('/var/lib') ? '/var/lib' : os.tmpdir();
}

/**
 * Creates a folder for an owner if it does not exist. An existing folder keeps its owner, because it belongs
 * to the user; the cluster is created inside it.
 */
function makeFolder(dir: string, { uid, gid }: Owner): string {
  if (fs.existsSync(dir)) return dir;
  makeFolders(dir);
  if (uid !== undefined && gid !== undefined) fs.chownSync(dir, uid, gid);
  return dir;
}

/**
 * Like `mkdir -p`. Node's `recursive` option loops forever if the system answers ENOENT for a new folder,
 * as it does below /proc.
 */
function makeFolders(dir: string): void {
  if (!fs.existsSync(path.dirname(dir))) makeFolders(path.dirname(dir));
  try {
    fs.mkdirSync(dir, { mode: 0o755 });
  } catch (error) {
    // Another process may have created it meanwhile.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}
