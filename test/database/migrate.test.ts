import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { taxonomy } from '../../src/arxiv/categories.ts';
import { migrate, pendingMigrations } from '../../src/database/migrate.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

const SHIPPED = readdirSync('prisma/migrations')
  .filter((name) => /^\d/.test(name))
  .toSorted();

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await openTestDatabase();
  await database.pool.query('drop schema public cascade; create schema public');
  folder = mkdtempSync(path.join(tmpdir(), 'papergraph-migrations-'));
  cpSync('prisma/migrations', folder, { recursive: true });
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

function addMigration(name: string, sql: string): void {
  mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, name, 'migration.sql'), sql);
}

describe('migrate', () => {
  test('applies each pending migration once and seeds the taxonomy', async () => {
    expect(await pendingMigrations(database.pool)).toEqual(SHIPPED);
    expect(await migrate(database.pool)).toEqual(SHIPPED);
    expect(await pendingMigrations(database.pool)).toEqual([]);
    expect(await migrate(database.pool)).toEqual([]);
    const { rows } = await database.pool.query<{ count: number }>(
      'select count(*) from category where name is not null',
    );
    expect(rows).toEqual([{ count: taxonomy.length }]);
  });

  test('records migrations as Prisma Migrate does', async () => {
    await migrate(database.pool);
    const { rows } = await database.pool.query('select * from _prisma_migrations order by migration_name');
    expect(rows).toEqual(
      SHIPPED.map((name) => ({
        id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/) as string,
        checksum: createHash('sha256')
          .update(readFileSync(`prisma/migrations/${name}/migration.sql`))
          .digest('hex'),
        finished_at: expect.any(Date) as Date,
        migration_name: name,
        logs: null,
        rolled_back_at: null,
        started_at: expect.any(Date) as Date,
        applied_steps_count: 1,
      })),
    );
  });

  test('applies each migration once when several processes start at the same time', async () => {
    const applied = await Promise.all(Array.from({ length: 4 }, async () => await migrate(database.pool)));
    // Each migration by one of the four.
    expect(applied.flat().toSorted()).toEqual(SHIPPED);
  });

  test('rolls back a migration that fails, and reports its name and the reason', async () => {
    addMigration('9999_broken', 'create table half (id int); select no_such_function();');
    await expect(migrate(database.pool, folder)).rejects.toThrow(/migration 9999_broken: .*no_such_function/);
    const { rows } = await database.pool.query(`select to_regclass('half') as half`);
    expect(rows).toEqual([{ half: null }]);
  });

  test('runs a file of several statements, including functions that contain semicolons', async () => {
    addMigration(
      '9999_function',
      `create function one() returns int language plpgsql as $$ begin return 1; end $$; select one();`,
    );
    expect(await migrate(database.pool, folder)).toEqual([...SHIPPED, '9999_function']);
  });

  test('reports in one line that the database user may not create tables', async () => {
    const role = `reader_${process.pid}`;
    await database.pool.query(`create role ${role}; grant usage on schema public to ${role}`);
    const reader = new pg.Pool({ connectionString: database.url, options: `-c role=${role}` });
    await expect(migrate(reader)).rejects.toMatchObject({ name: 'DatabaseError' });
    await reader.end();
    await database.pool.query(`drop owned by ${role}; drop role ${role}`);
  });

  test('refuses a migration that was changed after it was applied', async () => {
    await migrate(database.pool, folder);
    appendFileSync(path.join(folder, '0001_papers', 'migration.sql'), '-- changed\n');
    await expect(migrate(database.pool, folder)).rejects.toThrow(/0001_papers was changed/);
  });

  test('refuses a database of a newer version', async () => {
    addMigration('9999_later', 'select 1;');
    await migrate(database.pool, folder);
    await expect(migrate(database.pool)).rejects.toThrow(/9999_later.*newer/);
    await expect(pendingMigrations(database.pool)).rejects.toThrow(/9999_later.*newer/);
  });

  test('refuses to continue after a migration that Prisma left unfinished', async () => {
    await migrate(database.pool);
    await database.pool.query('update _prisma_migrations set finished_at = null');
    await expect(migrate(database.pool)).rejects.toThrow(/0001_papers failed before/);
  });
});
