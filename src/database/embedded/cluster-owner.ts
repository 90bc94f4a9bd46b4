import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseError } from '../database-error.ts';

/** The user that runs the server: nothing where that is ourselves. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Where a cluster lives and who runs it. */
export interface Place {
  /** Absolute. */
  readonly dir: string;
  readonly owner: Owner;
}

/**
 * Where the cluster for `dataDir` goes. Postgres refuses to run as root: then it runs as `postgres`, else `nobody`. A
 * user who cannot enter the data folder (one below /root, say) gets a folder of its own elsewhere, the same one each
 * time; `log` is told which. Throws DatabaseError where no such user exists.
 */
export function placeCluster(dataDir: string, log: (message: string) => void = () => {}): Place {
  const wanted = path.resolve(dataDir);
  if (process.getuid?.() !== 0) return { dir: makeFolder(wanted, {}), owner: {} };
  const owner = ownerOf(path.join(wanted, 'pg')) ?? unprivileged();
  if (canEnter(wanted, owner)) return { dir: makeFolder(wanted, owner), owner };
  const elsewhere = path.join(
    shelter(),
    `papergraph-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`,
  );
  if (!fs.existsSync(elsewhere)) {
    log(`Postgres cannot run as root, and its user cannot enter ${wanted}: the data lives in ${elsewhere}`);
  }
  return { dir: makeFolder(elsewhere, owner), owner };
}

/** A cluster that is there already stays its owner's. */
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

/** Tells whether the owner can enter a folder: every existing folder on the way must let them through. */
export function canEnter(dir: string, owner: Required<Owner>): boolean {
  for (let at = dir; ; at = path.dirname(at)) {
    // A link's way leads through the folders that it points to.
    if (fs.existsSync(at) && fs.realpathSync(at) !== at) return canEnter(fs.realpathSync(at), owner);
    if (fs.existsSync(at) && !mayPass(fs.statSync(at), owner)) return false;
    if (at === path.dirname(at)) return true;
  }
}

function mayPass(folder: fs.Stats, { uid, gid }: Required<Owner>): boolean {
  const bit = folder.uid === uid ? 0o100 : folder.gid === gid ? 0o010 : 0o001;
  return (folder.mode & bit) !== 0;
}

/** Where state is kept by custom, else the temporary folder. */
function shelter(): string {
  return fs.existsSync('/var/lib') ? '/var/lib' : os.tmpdir();
}

/** The data folder itself may stay its maker's; what must be the server's own is made inside. */
function makeFolder(dir: string, { uid, gid }: Owner): string {
  if (fs.existsSync(dir)) return dir;
  makeFolders(dir);
  if (uid !== undefined && gid !== undefined) fs.chownSync(dir, uid, gid);
  return dir;
}

/** As `mkdir -p`. Node's own `recursive` never returns where the system refuses a folder with ENOENT, as below /proc. */
function makeFolders(dir: string): void {
  if (!fs.existsSync(path.dirname(dir))) makeFolders(path.dirname(dir));
  try {
    fs.mkdirSync(dir, { mode: 0o755 });
  } catch (error) {
    // Another process has made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
