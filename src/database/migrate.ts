import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { taxonomy } from '../arxiv/categories.ts';
import { DatabaseError } from './database-error.ts';

// The same path from src/database and from dist/database.
const FOLDER = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

// Prisma Migrate's own lock and table, so that `prisma migrate deploy` and we exclude each other and carry on from
// one another.
const PRISMA_LOCK = 72_707_369;
const TABLE = `
  create table if not exists _prisma_migrations (
    id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
    migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
    started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file's bytes, in hex. */
  readonly checksum: string;
}

interface Applied {
  readonly name: string;
  readonly checksum: string;
  readonly done: boolean;
}

/**
 * Applies the pending migrations in order, each in a transaction of its own, and brings the taxonomy of categories up
 * to date; gives the names applied. Safe when two processes start at once. Rejects with DatabaseError where a
 * migration fails, failed before, was changed after it was applied, or is newer than this version.
 */
export async function migrate(pool: pg.Pool, folder: string = FOLDER): Promise<string[]> {
  const db = await pool.connect();
  try {
    await db.query('select pg_advisory_lock($1)', [PRISMA_LOCK]);
    await db.query(TABLE);
    const pending = findPending(readMigrations(folder), await readApplied(db));
    for (const migration of pending) await apply(db, migration);
    await seedCategories(db);
    return pending.map(({ name }) => name);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new DatabaseError(`the database user may not create what is needed: ${error.message}`, {
      cause: error,
    });
  } finally {
    await db.query('select pg_advisory_unlock($1)', [PRISMA_LOCK]).catch(() => {});
    db.release();
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

function isForbidden(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === INSUFFICIENT_PRIVILEGE;
}

/** Names of the migrations that are still to be applied; creates nothing. Rejects as `migrate` does. */
export async function pendingMigrations(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ there: boolean }>(
    `select to_regclass('_prisma_migrations') is not null as there`,
  );
  const applied = rows[0]?.there === true ? await readApplied(pool) : [];
  return findPending(readMigrations(FOLDER), applied).map(({ name }) => name);
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  return names.toSorted().map((name) => {
    const bytes = readFileSync(path.join(folder, name, 'migration.sql'));
    return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
  });
}

async function readApplied(db: Pick<pg.Pool, 'query'>): Promise<Applied[]> {
  const { rows } = await db.query<Applied>(
    `select migration_name as name, checksum, finished_at is not null as done
     from _prisma_migrations where rolled_back_at is null order by started_at`,
  );
  return rows;
}

function findPending(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  for (const { name, checksum, done } of applied) {
    const migration = migrations.find((each) => each.name === name);
    if (!done) throw new DatabaseError(`migration ${name} failed before: mend the database by hand first`);
    if (migration === undefined) {
      throw new DatabaseError(
        `the database has migration ${name}, which this version does not know: it is newer`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new DatabaseError(`migration ${name} was changed after it was applied`);
    }
  }
  return migrations.filter(({ name }) => !applied.some((each) => each.name === name));
}

async function apply(db: pg.PoolClient, { name, sql, checksum }: Migration): Promise<void> {
  const started = new Date();
  await db.query('begin');
  try {
    // Without values the whole file goes out as one simple query, however many statements it has.
    await db.query(sql);
    await db.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, $4, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name, started],
    );
    await db.query('commit');
  } catch (error) {
    await db.query('rollback');
    throw new DatabaseError(`migration ${name}: ${(error as Error).message}`, { cause: error });
  }
}

async function seedCategories(db: pg.PoolClient): Promise<void> {
  await db.query(
    `insert into category (code, name, archive, aliases)
     select code, name, archive, aliases
     from jsonb_to_recordset($1::jsonb) as t(code text, name text, archive text, aliases text[])
     on conflict (code) do update set name = excluded.name, archive = excluded.archive, aliases = excluded.aliases
     where (category.name, category.archive, category.aliases)
       is distinct from (excluded.name, excluded.archive, excluded.aliases)`,
    [JSON.stringify(taxonomy)],
  );
}
