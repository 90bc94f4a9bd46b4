import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { DatabaseError } from './database-error.ts';
import { openEmbedded } from './embedded.ts';
import { PrismaClient } from './generated/client.ts';

/** An open store. */
export interface Database extends AsyncDisposable {
  /** For reads of our own; `date` comes as YYYY-MM-DD, `bigint` as a number. Prisma uses the same connections. */
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  /** Where it is, for messages; without credentials. */
  readonly where: string;
  /** Ends the connections; the embedded server stops with the last process that uses it. */
  close(): Promise<void>;
}

/** Which database, and how to reach it. */
export interface DatabaseOptions {
  /** A postgres:// URL; the embedded Postgres where absent. */
  readonly url?: string | undefined;
  /** The embedded Postgres lives here. */
  readonly dataDir: string;
  /** Told, in a sentence, what a user may want to know. */
  readonly log?: (message: string) => void;
  /** Connections at most. */
  readonly poolSize?: number;
}

const OLDEST_VERSION = 15;
const CONNECT_MS = 5_000;

/** Opens the store. Rejects with DatabaseError where it cannot be reached or used. */
export async function openDatabase({ url, dataDir, log, poolSize = 10 }: DatabaseOptions): Promise<Database> {
  if (url !== undefined) return await connect(remote(url), poolSize);
  const embedded = await openEmbedded(dataDir, log);
  try {
    return await connect(
      { config: embedded.connection, where: embedded.where, close: () => embedded.close() },
      poolSize,
    );
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

interface Target {
  readonly config: pg.PoolConfig;
  readonly where: string;
  readonly close: () => Promise<void>;
}

function remote(url: string): Target {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new DatabaseError(
      'DATABASE_URL (--database-url): expected postgres://user:password@host:port/database',
    );
  }
  const where = `${parsed.host || 'localhost'}${parsed.pathname}`;
  return { config: { connectionString: url }, where, close: async () => {} };
}

async function connect({ config, where, close }: Target, max: number): Promise<Database> {
  const pool = new pg.Pool({
    ...config,
    max,
    connectionTimeoutMillis: CONNECT_MS,
    types: { getTypeParser },
    onConnect: setUp,
  });
  // A connection that dies while idle is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => {});
  try {
    await checkVersion(pool, where);
  } catch (error) {
    await pool.end();
    throw error instanceof DatabaseError ? error : unreachable(where, error);
  }
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  let closed: Promise<void> | undefined;
  const closeAll = (): Promise<void> => (closed ??= endAll(prisma, pool, close));
  return { pool, prisma, where, close: closeAll, [Symbol.asyncDispose]: closeAll };
}

/** The pool waits for what it gives; the pool's types do not say so. */
const setUp: (client: pg.ClientBase) => unknown = async (client) => {
  // A connection that breaks while it is in use fails its query; without a listener it would end the process, too.
  client.on('error', () => {});
  // Compiling a statement takes longer than running any of ours; the planner thinks otherwise of large stores.
  await client.query('set jit = off');
  // A statement whose connection was given up stops soon, instead of going on for nobody. Not every system can tell.
  await client.query(`set client_connection_check_interval = '500ms'`).catch(() => {});
};

async function endAll(prisma: PrismaClient, pool: pg.Pool, close: () => Promise<void>): Promise<void> {
  await prisma.$disconnect();
  await pool.end();
  await close();
}

async function checkVersion(pool: pg.Pool, where: string): Promise<void> {
  const { rows } = await pool.query<{ version: number }>(
    `select current_setting('server_version_num')::int / 10000 as version`,
  );
  const version = rows[0]?.version ?? 0;
  if (version >= OLDEST_VERSION) return;
  throw new DatabaseError(`${where}: expected Postgres ${OLDEST_VERSION} or later, got Postgres ${version}`);
}

function unreachable(where: string, error: unknown): DatabaseError {
  const { code, message } = error as Error & { code?: string };
  return new DatabaseError(`no database at ${where}: ${message || code || 'unknown error'}`, {
    cause: error,
  });
}

// Type ids of Postgres's catalog (pg_type).
const DATE = 1082;
const INT8 = 20;

/** Days stay text: a Date would drag them through the local time zone. Counts fit a number. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === DATE) return (value) => value;
  if (oid === INT8) return Number;
  const standard = pg.types as { getTypeParser(oid: number, format: string): (value: string) => unknown };
  return standard.getTypeParser(oid, format ?? 'text');
}
