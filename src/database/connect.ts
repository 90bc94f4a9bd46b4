import pg from 'pg';
import { DatabaseError } from './database-error.ts';
import { openEmbedded } from './embedded/embedded.ts';
import type { PrismaClient } from './generated/client.ts';
import { lazyClient, type LazyClient } from './prisma-client.ts';
import { inspectServer, type ServerFacts } from './session.ts';
import { StorePool, type PreparedStatements } from './store-pool.ts';

/** An open store. */
export interface Database extends AsyncDisposable {
  /** Runs our own SQL. A `date` is returned as YYYY-MM-DD, a `bigint` as a number. */
  readonly pool: pg.Pool;
  /** The Prisma client, which uses the connections of the pool. It is loaded by the first call. */
  readonly prisma: () => Promise<PrismaClient>;
  /** Names the database in messages, without credentials. */
  readonly where: string;
  /**
   * Resolves with the reason when the embedded server is gone and cannot be restarted. Never settles for any
   * other server.
   */
  readonly lost: Promise<DatabaseError>;
  /** Breaks the connections that are in use. The statements that run on them fail. */
  breakConnections(): void;
  /** Ends the connections. The embedded server stops when the last process that uses it closes it. */
  close(): Promise<void>;
}

/** Which database to open, and how. */
export interface DatabaseOptions {
  /** A postgres:// URL; the embedded Postgres by default. */
  readonly url?: string | undefined;
  /** The folder of the embedded Postgres. */
  readonly dataDir: string;
  /** Called with messages for the user, one sentence each. */
  readonly log?: (message: string) => void;
  /** The largest number of connections; 10 by default. */
  readonly poolSize?: number;
  /** How long restarting a killed embedded Postgres may take, in milliseconds; 20,000 by default. */
  readonly restartWithinMs?: number | undefined;
  /** Whether statements are prepared by name; `auto` by default. */
  readonly preparedStatements?: PreparedStatements | undefined;
}

/** The oldest supported major version of Postgres. */
const OLDEST_VERSION = 15;
/** How long the first connection may take. */
const CONNECT_MS = 5_000;
/** How long a statement waits for a connection of the pool: as long as the deadline of a read. */
const WAIT_MS = 15_000;

/** Opens the store. Rejects with DatabaseError if it cannot be reached or used. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, dataDir, log, restartWithinMs } = options;
  if (url !== undefined) return await connect(remote(url), options);
  const embedded = await openEmbedded(dataDir, log, restartWithinMs);
  try {
    return await connect({ ...embedded, config: embedded.connection }, options);
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

/** The server to connect to. */
interface Target {
  readonly config: pg.PoolConfig;
  readonly where: string;
  /** Sets the callback for a new address of the server. */
  readonly onMove: (moved: (to: { host: string; port: number }) => void) => void;
  readonly lost: Promise<DatabaseError>;
  readonly stopRestarting: () => void;
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
  const never = new Promise<never>(nothing);
  return {
    config: { connectionString: url },
    where,
    onMove: nothing,
    lost: never,
    stopRestarting: nothing,
    close: async () => {},
  };
}

function nothing(): void {}

async function connect(target: Target, options: DatabaseOptions): Promise<Database> {
  const { where, lost } = target;
  const { poolSize: max = 10, preparedStatements = 'auto' } = options;
  const config = { ...target.config, types: { getTypeParser } };
  const facts = await inspect({ ...config, connectionTimeoutMillis: CONNECT_MS }, where);
  const pool = new StorePool({ ...config, max, connectionTimeoutMillis: WAIT_MS }, facts, preparedStatements);
  target.onMove((to) => pool.moveTo(to));
  // Prisma qualifies every table with its schema, `public` by default.
  const [schema = 'public'] = facts.schemas;
  const prisma = lazyClient(pool, schema);
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => await (closed ??= endAll(prisma, pool, target));
  const breakConnections = (): void => pool.breakConnections();
  return { pool, prisma: prisma.get, where, lost, breakConnections, close, [Symbol.asyncDispose]: close };
}

async function endAll(prisma: LazyClient, pool: pg.Pool, { stopRestarting, close }: Target): Promise<void> {
  stopRestarting();
  await prisma.close();
  await pool.end();
  await close();
}

async function inspect(config: pg.ClientConfig, where: string): Promise<ServerFacts> {
  let facts: ServerFacts;
  try {
    facts = await inspectServer(config);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    throw new DatabaseError(`no database at ${where}: ${message || code || 'unknown error'}`, {
      cause: error,
    });
  }
  if (facts.version >= OLDEST_VERSION) return facts;
  throw new DatabaseError(
    `${where}: expected Postgres ${OLDEST_VERSION} or later, got Postgres ${facts.version}`,
  );
}

// Object ids of types in Postgres's catalog `pg_type`.
const DATE = 1082;
const INT8 = 20;

/** Days stay text, because a Date would depend on the local time zone. Our counts fit a number. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === DATE) return (value) => value;
  if (oid === INT8) return Number;
  const standard = pg.types as { getTypeParser(oid: number, format: string): (value: string) => unknown };
  return standard.getTypeParser(oid, format ?? 'text');
}
