import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../src/database/connect.ts';
import { openEmbedded } from '../src/database/embedded/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { buildIfStale } from './support/build.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** How to reach the tests' server. */
    server: { host: string; port: number; user: string; password: string };
  }
}

const TEMPLATE = 'papergraph_template';

/**
 * Builds what tests start as processes, and provides one server for the whole run (that of TEST_DATABASE_URL, else an
 * embedded one) with a migrated database to copy.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  buildIfStale();
  project.onTestsRerun(buildIfStale);
  const { server, stop } = await startServer();
  project.provide('server', server);
  const admin = new pg.Client({ ...server, database: 'postgres' });
  await admin.connect();
  await admin.query(`drop database if exists ${TEMPLATE}`);
  await admin.query(`create database ${TEMPLATE} encoding 'UTF8' template template0`);
  const database = await openDatabase({ url: urlOf(server, TEMPLATE), dataDir: '' });
  await migrate(database.pool);
  await database.close();
  return async () => {
    await admin.query(`drop database if exists ${TEMPLATE} with (force)`);
    await admin.end();
    await stop();
  };
}

/** Linux's file system in memory: a database is copied there in a twentieth of the time that a disk takes. */
const IN_MEMORY = '/dev/shm';
const ENOUGH_BYTES = 4 * 2 ** 30;

function fastFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    accessSync(IN_MEMORY, constants.W_OK);
    return bavail * bsize >= ENOUGH_BYTES ? IN_MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

type Server = { host: string; port: number; user: string; password: string };

async function startServer(): Promise<{ server: Server; stop: () => Promise<void> }> {
  const url = process.env['TEST_DATABASE_URL'];
  if (url !== undefined) {
    const { hostname, port, username, password } = new URL(url);
    return {
      server: { host: hostname, port: Number(port || 5432), user: username, password },
      stop: async () => {},
    };
  }
  const folder = mkdtempSync(path.join(fastFolder(), 'papergraph-test-'));
  chmodSync(folder, 0o755);
  const embedded = await openEmbedded(folder);
  const { connection } = embedded;
  await hurry(connection);
  const { host = '', port = 5432, user = '', password } = connection;
  const stop = async (): Promise<void> => {
    await embedded.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { server: { host, port, user, password: String(password) }, stop };
}

/** The server never waits for the disk: nobody needs its data once the machine has crashed. */
async function hurry(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
    await client.query(`alter system set ${setting} = off`);
  await client.query('select pg_reload_conf()');
  await client.end();
}

/** A socket's folder cannot stand where a URL has its host: it goes into the query. */
export function urlOf({ host, port, user, password }: Server, database: string): string {
  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return host.startsWith('/')
    ? `postgresql://${credentials}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${credentials}@${host}:${port}/${database}`;
}
