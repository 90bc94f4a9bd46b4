import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { openEmbedded } from '#papergraph/database/embedded/embedded';
import { runPapergraph } from './checkout.ts';
import { generatedDays, writeDay } from './corpus.ts';

/** Which papers a store has, and where. */
export interface StoreOptions {
  /** Number of generated papers, unless there are `digests`. */
  readonly papers: number;
  /** A folder of digests to use instead. */
  readonly digests?: string | undefined;
  /** The folder of the embedded Postgres. It is kept, and used again as it is; by default a temporary one. */
  readonly dataDir?: string | undefined;
  /** The built checkout that ingests; this one by default. */
  readonly checkout?: string;
}

/** A store in an embedded Postgres, from which all contenders answer. */
export interface Store extends AsyncDisposable {
  readonly dataDir: string;
  /** A folder for files of this run. */
  readonly folder: string;
  readonly pool: pg.Pool;
  /** The process id of Postgres. */
  readonly postmaster: number;
  /** PGHOST and so on, with which other programs find the database. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Opens a store, and fills it if it is empty. */
export async function openStore({ papers, digests, dataDir: given, checkout }: StoreOptions): Promise<Store> {
  const folder = temporaryFolder();
  const dataDir = given ?? path.join(folder, 'data');
  const embedded = await openEmbedded(dataDir);
  // A `date` stays text, as in answers.
  pg.types.setTypeParser(pg.types.builtins.DATE, String);
  const pool = new pg.Pool({ ...embedded.connection, max: 2 });
  if (!(await isFilled(pool))) {
    const from = digests ?? writeDays(folder, papers);
    const source = digests === undefined ? ['--source', 'bench'] : [];
    await runPapergraph(['ingest', from, '--data-dir', dataDir, ...source], checkout);
    await pool.query('vacuum analyze');
  }
  const { host = '', port = 0, user = '', password = '', database = '' } = embedded.connection;
  const environment = {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: String(password),
    PGDATABASE: database,
  };
  const postmaster = Number(readFileSync(path.join(embedded.where, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const close = async (): Promise<void> => {
    await pool.end();
    await embedded.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { dataDir, folder, pool, postmaster, environment, [Symbol.asyncDispose]: close };
}

/** A temporary folder that the user who runs Postgres can enter. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'papergraph-bench-'));
  chmodSync(folder, 0o755);
  return folder;
}

async function isFilled(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(`select to_regclass('paper') is not null as found`);
  if (rows[0]?.found !== true) return false;
  return (await pool.query('select 1 from paper limit 1')).rowCount === 1;
}

function writeDays(folder: string, papers: number): string {
  const days = mkdtempSync(path.join(folder, 'days-'));
  for (const day of generatedDays(papers)) writeDay(days, day);
  return days;
}
