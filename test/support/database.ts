import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { openDatabase, type Database } from '../../src/database/connect.ts';
import { urlOf } from '../global-setup.ts';

/** A store of its own for a test. */
export interface TestDatabase extends Database {
  /** For processes of the test's own. */
  readonly url: string;
}

/** A fresh, migrated, empty database on the tests' server; dropped when closed. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`create database ${name} template papergraph_template strategy file_copy`);
  const url = urlOf(inject('server'), name);
  const database = await openDatabase({ url, dataDir: '' });
  // Beside busy neighbours a connection, or a free place in the pool, may take long. Tests of that limit set one.
  database.pool.options.connectionTimeoutMillis = 0;
  const close = async (): Promise<void> => {
    await database.close();
    await administer(`drop database if exists ${name} with (force)`);
  };
  return { ...database, url, close, [Symbol.asyncDispose]: close };
}

// Two copies of one template at once would fail: the template must be idle.
const COPYING = 0x74657374;

async function administer(sql: string): Promise<void> {
  const admin = new pg.Client({ ...inject('server'), database: 'postgres' });
  await admin.connect();
  try {
    await admin.query('select pg_advisory_lock($1)', [COPYING]);
    await admin.query(sql);
  } finally {
    await admin.end();
  }
}
