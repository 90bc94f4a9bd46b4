import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import { cpuOfPostgres } from '../support/meter.ts';

/** The databases of one server. */
export class Databases {
  readonly #connection: pg.ClientConfig;
  readonly #postmaster: number;
  readonly #admin: pg.Pool;

  constructor(connection: pg.ClientConfig, postmaster: number) {
    this.#connection = connection;
    this.#postmaster = postmaster;
    this.#admin = new pg.Pool({ ...connection, max: 1 });
  }

  /** CPU time of the server, in seconds. */
  cpu(): number {
    return cpuOfPostgres(this.#postmaster) / 1e3;
  }

  /** Makes a new, migrated store of this name, in place of one that exists. Returns its URL. */
  async create(name: string): Promise<string> {
    await this.#admin.query(`drop database if exists ${name} with (force)`);
    await this.#admin.query(`create database ${name}`);
    await runPapergraph(['migrate', '--database-url', this.url(name)]);
    return this.url(name);
  }

  /** Writes everything to disk, so that no measurement pays for an earlier one. */
  async checkpoint(): Promise<void> {
    await this.#admin.query('checkpoint');
  }

  async connect(name: string): Promise<pg.Client> {
    const client = new pg.Client({ ...this.#connection, database: name });
    await client.connect();
    return client;
  }

  /** The size of a database, in bytes. */
  async sizeOf(name: string): Promise<number> {
    const { rows } = await this.#admin.query<{ size: string }>('select pg_database_size($1)::text as size', [
      name,
    ]);
    return Number(rows[0]?.size);
  }

  /** The size of a store without digests, in bytes. */
  async emptySize(): Promise<number> {
    await this.create('empty');
    return await this.sizeOf('empty');
  }

  url(name: string): string {
    const { user = '', password, host = '', port } = this.#connection;
    const secret = encodeURIComponent(String(password));
    return `postgresql://${user}:${secret}@localhost/${name}?host=${encodeURIComponent(host)}&port=${port}`;
  }

  async close(): Promise<void> {
    await this.#admin.end();
  }
}

const REPORT = fileURLToPath(new URL('report-usage.js', import.meta.url));

/** What a command has used. */
export interface Usage {
  /** Seconds of CPU. */
  readonly cpu: number;
  /** The most memory that it has had, in bytes. */
  readonly peakBytes: number;
}

/** Runs a command of the built program. Rejects unless it succeeds. */
export async function runPapergraph(argv: readonly string[]): Promise<Usage> {
  const child = spawn(process.execPath, ['--import', REPORT, 'bin/papergraph.js', ...argv], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let printed = '';
  child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  let usage: Usage | undefined;
  child.on('message', (message) => (usage = message as Usage));
  const [status] = (await once(child, 'close')) as [number];
  if (status !== 0 || usage === undefined)
    throw new Error(`papergraph ${argv.join(' ')} ended with status ${status}: ${printed}`);
  return usage;
}
