import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { placeCluster, type Owner } from '../../../src/database/embedded/cluster-owner.ts';
import { ensureCluster, USER, type Cluster } from '../../../src/database/embedded/cluster.ts';
import { findBinaries, type Binaries } from '../../../src/database/embedded/postgres-binaries.ts';
import { freePort } from './free-port.ts';

const START_MS = 300_000;
const CONNECT_MS = 60_000;

/** A Postgres for this test alone, always on the same TCP port. It can be crashed and restarted. */
export class TestCluster {
  readonly port: number;
  readonly #cluster: Cluster;
  readonly #owner: Owner;
  readonly #binaries: Binaries;
  readonly #log: string;
  #server: ChildProcess | undefined;

  private constructor(
    place: { cluster: Cluster; owner: Owner; binaries: Binaries; log: string },
    port: number,
  ) {
    this.#cluster = place.cluster;
    this.#owner = place.owner;
    this.#binaries = place.binaries;
    this.#log = place.log;
    this.port = port;
  }

  /** Makes a cluster in a folder that its user can enter, and starts it. Rejects if it does not start. */
  static async create(folder: string): Promise<TestCluster> {
    const place = placeCluster(folder);
    const binaries = findBinaries(place);
    const cluster = await ensureCluster(place, binaries);
    const log = path.join(folder, 'postgres.log');
    const made = new TestCluster({ cluster, owner: place.owner, binaries, log }, await freePort());
    await made.start();
    return made;
  }

  /** The URL of the server, or of a proxy to it. */
  url(port = this.port): string {
    return `postgresql://${USER}:${encodeURIComponent(this.#cluster.password)}@127.0.0.1:${port}/postgres`;
  }

  /** Starts the server. Resolves when it answers. */
  async start(): Promise<void> {
    const log = openSync(this.#log, 'a');
    const options = ['-D', this.#cluster.dir, '-p', String(this.port), ...SETTINGS];
    const server = spawn(this.#binaries.postgres, options, {
      ...this.#owner,
      env: this.#binaries.env,
      cwd: '/',
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#server = server;
    for (const deadline = Date.now() + START_MS; !(await this.#answers()); await sleep(50)) {
      if (server.exitCode !== null || Date.now() > deadline)
        throw new Error(`Postgres did not start: ${this.#log}`);
    }
  }

  /** Ends the server at once, like a crash: without a checkpoint. It recovers at the next start. */
  async crash(): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGQUIT');
    await gone;
  }

  /** Runs one statement and returns its rows. */
  async query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url(), connectionTimeoutMillis: CONNECT_MS });
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end().catch(() => {});
    }
  }

  async #answers(): Promise<boolean> {
    return await this.query('select 1').then(
      () => true,
      () => false,
    );
  }
}

// Without fsync, only a crash of the whole machine could lose commits.
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'max_connections=200',
].flatMap((setting) => ['-c', setting]);
