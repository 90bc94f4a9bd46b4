import type { Database } from '../database/connect.ts';
import { upgradeStore } from '../ingest/upgrade-store.ts';
import type { Io } from './io.ts';

/** `papergraph migrate`: applies pending migrations and prints their names. Returns the exit status. */
export async function applyMigrations({ pool, where }: Database, { stdout }: Io): Promise<number> {
  const applied = await upgradeStore(pool);
  for (const name of applied) stdout.write(`applied ${name}\n`);
  if (applied.length === 0) stdout.write(`no pending migrations: ${where} is up to date\n`);
  return 0;
}
