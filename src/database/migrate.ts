import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { taxonomy } from '../arxiv/categories.ts';
import { DatabaseError } from './database-error.ts';
import { isForbidden } from './error-codes.ts';
import { inTransaction } from './transaction.ts';

// The relative path is the same from src/database and from dist/database.
const FOLDER = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

// The lock and the table of Prisma Migrate, so that `prisma migrate deploy` can run before, after or at the
// same time.
const PRISMA_LOCK = 72_707_369;
const TABLE = `
  create table if not exists _prisma_migrations (
    id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
    migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
    started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, in hex. */
  readonly checksum: string;
}

interface Applied {
  readonly name: string;
  readonly checksum: string;
  readonly done: boolean;
}

/**
 * Applies the pending migrations in order, each in its own transaction, and updates the taxonomy of
 * categories. Returns the names of the applied migrations. Writes nothing if all is up to date. Several
 * processes may call it at the same time. Rejects with DatabaseError if a migration fails, failed before, was
 * changed after it was applied, is unknown to this version, or may not be applied here.
 */
export async function migrate(pool: pg.Pool, folder: string = FOLDER): Promise<string[]> {
  const migrations = readMigrations(folder);
  const { pending, done } = await inspectStore(pool, migrations);
  if (done) return [];
  const applied: string[] = [];
  try {
    for (;;) {
      const name = await inTransaction(pool, async (db) => await step(db, migrations));
      if (name === undefined) return applied;
      applied.push(name);
    }
  } catch (error) {
    if (!mayNotRun(error)) throw error;
    // Only the taxonomy is out of date, which is no reason to refuse to serve.
    if (pending.length === 0) return [];
    const names = pending.map((each) => each.name).join(', ');
    throw new DatabaseError(
      `migrations are pending (${names}), and cannot be applied here: ${error.message}; ` +
        'run papergraph migrate with a role that may create tables, on the primary server',
      { cause: error },
    );
  }
}

function mayNotRun(error: unknown): error is Error {
  return isForbidden(error instanceof DatabaseError ? error.cause : error);
}

async function inspectStore(pool: pg.Pool, migrations: readonly Migration[]) {
  try {
    const pending = await pendingOf(pool, migrations);
    return { pending, done: pending.length === 0 && (await isTaxonomyCurrent(pool)) };
  } catch (error) {
    if (!mayNotRun(error)) throw error;
    throw new DatabaseError(
      `the database user may not read the tables (${error.message}): grant select on all of them to it`,
      { cause: error },
    );
  }
}

/** Names of the pending migrations. Writes nothing. Rejects as `migrate` does. */
export async function pendingMigrations(pool: pg.Pool): Promise<string[]> {
  return (await pendingOf(pool, readMigrations(FOLDER))).map(({ name }) => name);
}

async function pendingOf(pool: pg.Pool, migrations: readonly Migration[]): Promise<Migration[]> {
  // Only in the first schema of the search path: in another one, such a table may belong to another program
  // that uses Prisma.
  const { rowCount } = await pool.query(
    `select from pg_class where relname = '_prisma_migrations'
       and relnamespace = to_regnamespace(quote_ident(current_schema()))`,
  );
  return findPending(migrations, rowCount === 0 ? [] : await readApplied(pool));
}

/** Applies the first pending migration and returns its name. If there is none, updates the taxonomy. */
async function step(db: pg.PoolClient, migrations: readonly Migration[]): Promise<string | undefined> {
  await db.query('select pg_advisory_xact_lock($1)', [PRISMA_LOCK]);
  await db.query(TABLE);
  const [migration] = findPending(migrations, await readApplied(db));
  if (migration === undefined) await seedCategories(db);
  else await apply(db, migration);
  return migration?.name;
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
    if (!done) throw new DatabaseError(`migration ${name} failed before: repair the database by hand first`);
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
  try {
    // Without parameters, `pg` sends the whole file as one simple query, which may have many statements.
    await db.query(sql);
  } catch (error) {
    throw new DatabaseError(`migration ${name}: ${(error as Error).message}`, { cause: error });
  }
  await db.query(
    `insert into _prisma_migrations
       (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     values ($1, $2, $3, $4, clock_timestamp(), 1)`,
    [randomUUID(), checksum, name, started],
  );
}

const TAXONOMY = `
  select code, name, archive, aliases
  from jsonb_to_recordset($1::jsonb) as t(code text, name text, archive text, aliases text[])`;

async function isTaxonomyCurrent(pool: pg.Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from (${TAXONOMY} except select code, name, archive, aliases from category) missing limit 1`,
    [JSON.stringify(taxonomy)],
  );
  return rowCount === 0;
}

async function seedCategories(db: pg.PoolClient): Promise<void> {
  await db.query(
    `insert into category (code, name, archive, aliases) ${TAXONOMY}
     on conflict (code) do update
     set name = excluded.name, archive = excluded.archive, aliases = excluded.aliases
     where (category.name, category.archive, category.aliases)
       is distinct from (excluded.name, excluded.archive, excluded.aliases)`,
    [JSON.stringify(taxonomy)],
  );
}
