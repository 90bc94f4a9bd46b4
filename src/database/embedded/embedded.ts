import fs from 'node:fs';
import type pg from 'pg';
import { DatabaseError } from '../database-error.ts';
import { placeCluster } from './cluster-owner.ts';
import { ensureCluster } from './cluster.ts';
import { connectionTo, joinCluster, leaveCluster, type Membership } from './join-cluster.ts';
import { findBinaries } from './postgres-binaries.ts';
import type { Site } from './postmaster.ts';

/** The address of a server: the folder of its Unix socket, and its port. */
interface Address {
  readonly host: string;
  readonly port: number;
}

/** A running embedded Postgres that this process uses. If it is killed, it is restarted within seconds. */
export interface Embedded {
  readonly connection: pg.ClientConfig;
  /** The folder of the cluster. */
  readonly where: string;
  /** Sets the callback for a new address of the server: a restart may change it. */
  readonly onMove: (moved: (to: Address) => void) => void;
  /** Resolves with the reason when the server is gone and cannot be restarted. */
  readonly lost: Promise<DatabaseError>;
  /** Stops restarting the server. */
  readonly stopRestarting: () => void;
  /** Leaves the server. The last process that leaves shuts it down. */
  readonly close: () => Promise<void>;
}

interface Options {
  readonly log: (message: string) => void;
  readonly restartWithinMs: number;
}

const RESTART_MS = 20_000;

/**
 * Starts the embedded Postgres of a data folder, or joins one that is already running there. `log` receives
 * messages for the user. A server that was killed is restarted; that must succeed within `restartWithinMs`
 * milliseconds (20,000 by default). Rejects with DatabaseError if the server cannot be started.
 */
export async function openEmbedded(
  dataDir: string,
  log: (message: string) => void = () => {},
  restartWithinMs = RESTART_MS,
): Promise<Embedded> {
  const site = prepare(dataDir, log);
  const membership = await joinCluster(await site);
  // Impossible: without a stop signal, `joinCluster` joins or rejects.
  if (membership === undefined) throw new DatabaseError('the embedded Postgres was not started');
  return new SupervisedServer(await site, membership, { log, restartWithinMs }).embedded();
}

/**
 * Prepares everything on disk. Rejects with a DatabaseError of one line for any failure of the file system.
 */
async function prepare(dataDir: string, log: (message: string) => void): Promise<Site> {
  try {
    const place = placeCluster(dataDir, log);
    const binaries = findBinaries(place);
    return { place, binaries, cluster: await ensureCluster(place, binaries) };
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    throw new DatabaseError(`the data folder ${dataDir} cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Stays a member of the cluster's server, and restarts the server when it dies, until `stopRestarting` or
 * `close` is called.
 */
class SupervisedServer {
  readonly #site: Site;
  readonly #options: Options;
  readonly #stop = new AbortController();
  readonly #lost: Promise<DatabaseError>;
  #lose: (reason: DatabaseError) => void = () => {};
  #moved: (to: Address) => void = () => {};
  #membership: Membership;
  #rejoining: Promise<void> | undefined;

  constructor(site: Site, membership: Membership, options: Options) {
    this.#site = site;
    this.#membership = membership;
    this.#options = options;
    this.#lost = new Promise((resolve) => (this.#lose = resolve));
    this.#watch();
  }

  embedded(): Embedded {
    const { cluster } = this.#site;
    return {
      connection: connectionTo(cluster, this.#membership.server),
      where: cluster.dir,
      onMove: (moved) => (this.#moved = moved),
      lost: this.#lost,
      stopRestarting: () => this.#stop.abort(),
      close: async () => {
        this.#stop.abort();
        await this.#rejoining;
        await leaveCluster(cluster, this.#membership);
      },
    };
  }

  #watch(): void {
    this.#membership.connection.once('end', () => {
      if (!this.#stop.signal.aborted) this.#rejoining = this.#rejoin();
    });
  }

  async #rejoin(): Promise<void> {
    const { server: before } = this.#membership;
    const { log, restartWithinMs: withinMs } = this.#options;
    try {
      const joined = await joinCluster(this.#site, {
        withinMs,
        waitForDiskSpace: true,
        stop: this.#stop.signal,
      });
      if (joined === undefined) return;
      const { server } = joined;
      this.#membership = joined;
      this.#watch();
      if (server.pid !== before.pid)
        log(`the embedded Postgres had ended and has been started again in ${this.#site.cluster.dir}`);
      this.#moved({ host: server.socketDir, port: server.port });
      // The socket of the old server may have been in a temporary folder: see `socketDir` in postmaster.ts.
      if (![server.socketDir, this.#site.cluster.dir].includes(before.socketDir))
        fs.rmSync(before.socketDir, { recursive: true, force: true });
    } catch (error) {
      this.#lose(
        error instanceof DatabaseError
          ? error
          : new DatabaseError(`the embedded Postgres cannot be started again: ${(error as Error).message}`, {
              cause: error,
            }),
      );
    }
  }
}
