import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import type { Databases } from './databases.ts';
import type { Load } from './first-load.ts';

interface Copying {
  readonly from: string;
  readonly to: string;
  /** For files that Postgres writes and reads. */
  readonly folder: string;
}

/**
 * Copies all rows of a store into a new one by COPY in binary form, in one transaction. The files are Postgres's own, so that no
 * client and no network takes part.
 */
export async function copyRows(databases: Databases, { from, to, folder }: Copying): Promise<Load> {
  const files = mkdtempSync(path.join(folder, 'rows-'));
  chmodSync(files, 0o777);
  await databases.create(to);
  const [source, target] = [await databases.connect(from), await databases.connect(to)];
  try {
    const tables = await tablesOf(source);
    const fileOf = (table: string): string => path.join(files, `${table}.copy`);
    for (const table of tables) await source.query(`copy ${table} to '${fileOf(table)}' (format binary)`);
    await target.query(`truncate ${tables.join(', ')}`);
    await databases.checkpoint();
    const [cpu, started] = [databases.cpu(), performance.now()];
    await target.query('begin');
    for (const table of tables) await target.query(`copy ${table} from '${fileOf(table)}' (format binary)`);
    await target.query('commit');
    const seconds = (performance.now() - started) / 1e3;
    return { seconds, nodeCpu: 0, postgresCpu: databases.cpu() - cpu };
  } finally {
    await Promise.all([source.end(), target.end()]);
    rmSync(files, { recursive: true, force: true });
  }
}

/** The tables of a store, each after those that its rows refer to. */
async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; refers: string[] }>(`
    select c.relname as name, array(
      select t.relname::text from pg_constraint k join pg_class t on t.oid = k.confrelid
      where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as refers
    from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname not like '%migration%'
    order by c.relname`);
  const sorted: string[] = [];
  while (sorted.length < rows.length) {
    const ready = rows.filter(
      ({ name, refers }) => !sorted.includes(name) && refers.every((each) => sorted.includes(each)),
    );
    if (ready.length === 0) throw new Error('expected tables without circles of references');
    sorted.push(...ready.map(({ name }) => name));
  }
  return sorted;
}
