import pg from 'pg';
import { sessionSql, type ServerFacts } from './session.ts';
import type { Sql } from './sql.ts';

/** A pool of connections to a store. Other rooms use this type instead of importing `pg`. */
export type Pool = pg.Pool;

/** Whether statements are prepared by name: `auto` prepares them where each connection keeps one session. */
export type PreparedStatements = 'auto' | 'on' | 'off';

/** How the connections of a pool relate to sessions of Postgres. */
interface Sessions {
  /**
   * A pooler such as PgBouncer may run the statements of one connection in different sessions. Session state
   * is lost, so each statement runs in a transaction that sets up the session first.
   */
  pooled: boolean;
  readonly prepared: PreparedStatements;
  /** The statements that set up the session for one transaction. */
  readonly localSettings: string;
}

/** For a plain `pg.Pool`, as tests use it. */
const DIRECT: Sessions = { pooled: false, prepared: 'auto', localSettings: '' };

function sessionsOf(pool: pg.Pool): Sessions {
  return pool instanceof StorePool ? pool.sessions : DIRECT;
}

/** Whether the connections of a pool are treated as going through a pooler. */
export function hasPooler(pool: pg.Pool): boolean {
  return sessionsOf(pool).pooled;
}

/** Whether statements may be prepared by name. */
export function canPrepare(pool: pg.Pool): boolean {
  const { prepared, pooled } = sessionsOf(pool);
  return prepared === 'on' || (prepared === 'auto' && !pooled);
}

/** Treats a pool as having a pooler from now on. Returns false if `preparedStatements` rules that out. */
export function assumePooler(pool: pg.Pool): boolean {
  if (!(pool instanceof StorePool) || pool.sessions.prepared !== 'auto') return false;
  pool.sessions.pooled = true;
  return true;
}

/** The statements that begin a READ COMMITTED transaction on a connection of the pool. */
export function beginSql(pool: pg.Pool, access: '' | 'read only' = ''): string {
  const { pooled, localSettings } = sessionsOf(pool);
  const begin = `begin isolation level read committed ${access}`;
  return pooled ? `${begin}; ${localSettings}` : begin;
}

/** Breaks a connection. The statement that runs on it fails, and Postgres stops it. */
export function breakConnection({ connection }: pg.PoolClient): void {
  connection.stream.destroy();
}

/**
 * The pool of a store. All sessions have the same settings, whatever the server, role or URL say. With a
 * pooler, `query` wraps each statement in a transaction; callers of `connect` begin theirs with `beginSql`.
 */
export class StorePool extends pg.Pool {
  readonly sessions: Sessions;
  readonly #inUse = new Set<pg.PoolClient>();

  constructor(config: pg.PoolConfig, facts: ServerFacts, prepared: PreparedStatements) {
    const sessions = {
      pooled: facts.pooled || prepared === 'off',
      prepared,
      localSettings: sessionSql(facts, 'local'),
    };
    const settings = sessionSql(facts, '');
    // The pool awaits the result, although its types say `void`.
    const onConnect: (client: pg.ClientBase) => unknown = async (client) => {
      // A connection that breaks during a query fails that query. Without a listener the event would also
      // crash Node.
      client.on('error', () => {});
      if (!sessions.pooled) await client.query(settings);
    };
    super({ ...config, onConnect });
    this.sessions = sessions;
    // The pool replaces idle connections that break. Without a listener the event would crash Node.
    this.on('error', () => {});
    this.on('acquire', (client) => this.#inUse.add(client));
    this.on('release', (_error, client) => this.#inUse.delete(client));
    // `pg` has seven overloads of `query`, for which no override can be typed.
    const queryDirectly = this.query.bind(this) as (...args: unknown[]) => Promise<pg.QueryResult>;
    const query = async (...args: unknown[]): Promise<pg.QueryResult> =>
      sessions.pooled ? await this.#queryInTransaction(args) : await queryDirectly(...args);
    this.query = query;
  }

  /** Connects to another address from now on. */
  moveTo({ host, port }: { readonly host: string; readonly port: number }): void {
    Object.assign(this.options, { host, port });
  }

  /** Breaks the connections that are in use. The statements that run on them fail. */
  breakConnections(): void {
    for (const client of this.#inUse) breakConnection(client);
  }

  async #queryInTransaction(args: unknown[]): Promise<pg.QueryResult> {
    const client = await this.connect();
    try {
      await client.query(beginSql(this));
      const query = client.query.bind(client) as (...args: unknown[]) => Promise<pg.QueryResult>;
      const result = await query(...args);
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      // Closes the connection: it may still be busy with the statement.
      client.release(true);
      throw error;
    }
  }
}

/**
 * Runs one statement on any connection of the pool and returns how many rows it touched. Rejects with the
 * database's error, or if there is no answer after `timeoutMs`.
 */
export async function execute(
  pool: Pool,
  { text, values }: Sql,
  { timeoutMs }: { readonly timeoutMs?: number } = {},
): Promise<number> {
  const query = { text, values, ...(timeoutMs !== undefined && { query_timeout: timeoutMs }) };
  return (await pool.query(query)).rowCount ?? 0;
}
