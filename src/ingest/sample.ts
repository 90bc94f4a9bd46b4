import { fileURLToPath } from 'node:url';
import { sql } from '../database/sql.ts';
import { execute, type Pool } from '../database/store-pool.ts';
import { findFiles } from '../sources/find-files.ts';
import { ingestFile } from './ingest-file.ts';

// Relative to src/ingest and, in the package, to dist/ingest.
const FOLDER = fileURLToPath(new URL('../../prisma/seed', import.meta.url));

/** Ingests the bundled sample (source `sample`) into an empty store. Returns the number of files ingested. */
export async function ingestSample(pool: Pool): Promise<number> {
  if ((await execute(pool, sql`select from digest limit 1`)) > 0) return 0;
  const world = { stdin: neverRead(), cwd: FOLDER, now: () => new Date() };
  const files = await findFiles(FOLDER, world);
  for (const file of files) await ingestFile(pool, file, { source: 'sample', strict: true });
  return files.length;
}

async function* neverRead(): AsyncGenerator<Uint8Array> {}
