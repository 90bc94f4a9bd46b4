import pg from 'pg';
import { sessionSql, type ServerFacts } from './session.ts';

/** Connections to a store. Only this room uses `pg` itself. */
export type Pool = pg.Pool;

/** Whether statements get names on their connections: `auto` gives them where each connection is one session. */
export type PreparedStatements = 'auto' | 'on' | 'off';

/** How connections lead to sessions of Postgres. */
export interface Link {
  /** Statements of one connection may run in different sessions: what a statement needs is set in its own transaction. */
  pooled: boolean;
  readonly prepared: PreparedStatements;
  /** Sets up the session of a transaction, for that transaction alone. */
  readonly localSettings: string;
}

const DIRECT: Link = { pooled: false, prepared: 'auto', localSettings: '' };

/** How the connections of a pool lead to Postgres; a pool that is not ours is taken to be without a pooler. */
export function linkOf(pool: pg.Pool): Link {
  return pool instanceof StorePool ? pool.link : DIRECT;
}

/** Whether statements on a pool may be prepared by name. */
export function mayName(pool: pg.Pool): boolean {
  const { prepared, pooled } = linkOf(pool);
  return prepared === 'on' || (prepared === 'auto' && !pooled);
}

/** The statements that begin a READ COMMITTED transaction on a connection of the pool. */
export function beginSql(pool: pg.Pool, access: '' | 'read only' = ''): string {
  const { pooled, localSettings } = linkOf(pool);
  const begin = `begin isolation level read committed ${access}`;
  return pooled ? `${begin}; ${localSettings}` : begin;
}

/**
 * The pool of a store: its sessions are set up the same, whatever the owner's settings. Behind a pooler each statement of `query`
 * is a transaction of its own; who takes a connection begins with `beginSql`.
 */
export class StorePool extends pg.Pool {
  readonly link: Link;
  readonly #inUse = new Set<pg.PoolClient>();

  constructor(config: pg.PoolConfig, facts: ServerFacts, prepared: PreparedStatements) {
    const link = {
      pooled: facts.pooled || prepared === 'off',
      prepared,
      localSettings: sessionSql(facts, 'local'),
    };
    const settings = sessionSql(facts, '');
    // The pool waits for what it gives; the pool's types do not say so.
    const onConnect: (client: pg.ClientBase) => unknown = async (client) => {
      // A connection that breaks while it is in use fails its query; without a listener it would end the process, too.
      client.on('error', () => {});
      if (!link.pooled) await client.query(settings);
    };
    super({ ...config, onConnect });
    this.link = link;
    // A connection that dies while idle is replaced at the next use; without a listener it would end the process.
    this.on('error', () => {});
    this.on('acquire', (client) => this.#inUse.add(client));
    this.on('release', (_error, client) => this.#inUse.delete(client));
    const atOnce = this.query.bind(this) as (...given: unknown[]) => Promise<pg.QueryResult>;
    const query = async (...given: unknown[]): Promise<pg.QueryResult> =>
      link.pooled ? await this.#queryAlone(given) : await atOnce(...given);
    this.query = query;
  }

  /** Connections made from now on lead here. */
  moveTo({ host, port }: { readonly host: string; readonly port: number }): void {
    Object.assign(this.options, { host, port });
  }

  /** Breaks the connections that are in use: what runs on them fails. */
  breakConnections(): void {
    for (const { connection } of this.#inUse) connection.stream.destroy();
  }

  async #queryAlone(given: unknown[]): Promise<pg.QueryResult> {
    const client = await this.connect();
    try {
      await client.query(beginSql(this));
      const result = await (client.query as (...given: unknown[]) => Promise<pg.QueryResult>).apply(
        client,
        given,
      );
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      // As the pool does after a failure of its own: the connection may still be busy.
      client.release(true);
      throw error;
    }
  }
}

/** Runs one statement on the pool. Rejects once it has had no answer for so many milliseconds: its connection may be dead. */
export async function queryWithin(
  pool: Pool,
  timeoutMs: number,
  statement: { readonly text: string; readonly values?: unknown[] },
): Promise<pg.QueryResult> {
  return await pool.query({ ...statement, query_timeout: timeoutMs } as pg.QueryConfig);
}
