import type { Database } from '../database/connect.ts';
import { upgradeStore } from '../ingest/upgrade-store.ts';
import type { Io } from './io.ts';

/** `papergraph migrate`: applies what is pending and says what it was. Gives the exit status. */
export async function applyMigrations({ pool, where }: Database, { stdout }: Io): Promise<number> {
  const applied = await upgradeStore(pool);
  for (const name of applied) stdout.write(`applied ${name}\n`);
  if (applied.length === 0) stdout.write(`nothing to apply: ${where} is up to date\n`);
  return 0;
}
