import type pg from 'pg';
import type { Prisma } from '../database/generated/client.ts';

/** What one statement cost: for counting in tests and metrics. */
export interface StatementCost {
  readonly name: string;
  readonly rows: number;
}

/** How statements reach the database. */
export interface StatementOptions {
  /** False where named prepared statements do not survive, as behind pgbouncer before 1.21 in transaction mode. */
  readonly prepared?: boolean | undefined;
  /** Told of each statement when its rows are there. */
  readonly onStatement?: ((cost: StatementCost) => void) | undefined;
}

/** Runs reads. */
export class Statements {
  readonly #pool: pg.Pool;
  readonly #options: StatementOptions;

  constructor(pool: pg.Pool, options: StatementOptions = {}) {
    this.#pool = pool;
    this.#options = options;
  }

  /**
   * Runs one statement. `prepare` where its text is one of a few: then Postgres parses and plans it once a connection.
   * Rejects with the database's error.
   */
  async run<Row extends object>(
    name: string,
    sql: Prisma.Sql,
    { prepare = true }: { prepare?: boolean } = {},
  ): Promise<Row[]> {
    const { prepared = true, onStatement } = this.#options;
    const query = { text: sql.text, values: sql.values as unknown[] };
    const { rows } = await this.#pool.query<Row>(prepare && prepared ? { name, ...query } : query);
    onStatement?.({ name, rows: rows.length });
    return rows;
  }
}
