import fs from 'node:fs';
import type pg from 'pg';
import { placeCluster } from './cluster-owner.ts';
import { ensureCluster } from './cluster.ts';
import { DatabaseError } from '../database-error.ts';
import { connectionTo, joinCluster, leaveCluster, type Membership, type Site } from './join-cluster.ts';
import { findBinaries } from './postgres-binaries.ts';

/** A running embedded Postgres that this process uses. Should it be killed, it is started again within seconds. */
export interface Embedded {
  readonly connection: pg.ClientConfig;
  /** The cluster's folder. */
  readonly where: string;
  /** Names the function that is told where the server is once it runs elsewhere. */
  readonly onMove: (moved: (to: { host: string; port: number }) => void) => void;
  /** Resolves with the reason once the server is gone and cannot be started again. */
  readonly lost: Promise<DatabaseError>;
  /** From now on the server is not started again. */
  readonly letGo: () => void;
  /** Leaves it; the last process to leave stops the server. */
  readonly close: () => Promise<void>;
}

const RESTART_MS = 20_000;

/**
 * Starts the embedded Postgres of a data folder, or joins the one that runs there already. `log` is told what a user may want to
 * know. A server that was killed is started again; that is given up where it fails for `restartWithinMs` (20,000). Rejects with
 * DatabaseError where the server cannot be had.
 */
export async function openEmbedded(
  dataDir: string,
  log: (message: string) => void = () => {},
  restartWithinMs = RESTART_MS,
): Promise<Embedded> {
  const site = prepare(dataDir, log);
  const membership = await joinCluster(await site);
  // Without a signal to stop it joins, or rejects.
  if (membership === undefined) throw new DatabaseError('the embedded Postgres was not started');
  return new Keeping(await site, membership, { log, restartWithinMs }).embedded();
}

/** Where, by which programs and as what it runs; what the file system refuses is told in one line. */
async function prepare(dataDir: string, log: (message: string) => void): Promise<Site> {
  try {
    const place = placeCluster(dataDir, log);
    const binaries = await findBinaries(place);
    return { place, binaries, cluster: await ensureCluster(place, binaries) };
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    throw new DatabaseError(`the data folder ${dataDir} cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Keeps a place on the cluster's server, and the server running, until it is let go. */
class Keeping {
  readonly #site: Site;
  readonly #options: { readonly log: (message: string) => void; readonly restartWithinMs: number };
  readonly #stop = new AbortController();
  readonly #lost: Promise<DatabaseError>;
  #lose: (reason: DatabaseError) => void = () => {};
  #moved: (to: { host: string; port: number }) => void = () => {};
  #membership: Membership;
  #rejoining: Promise<void> | undefined;

  constructor(
    site: Site,
    membership: Membership,
    options: { log: (message: string) => void; restartWithinMs: number },
  ) {
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
      letGo: () => this.#stop.abort(),
      close: async () => {
        this.#stop.abort();
        await this.#rejoining;
        await leaveCluster(cluster, this.#membership);
      },
    };
  }

  #watch(): void {
    this.#membership.keeper.once('end', () => {
      if (!this.#stop.signal.aborted) this.#rejoining = this.#rejoin();
    });
  }

  async #rejoin(): Promise<void> {
    const { server: before } = this.#membership;
    const { log, restartWithinMs: withinMs } = this.#options;
    try {
      const patience = { withinMs, untilDiskHasRoom: true, stop: this.#stop.signal };
      const joined = await joinCluster(this.#site, patience);
      if (joined === undefined) return;
      const { server } = joined;
      this.#membership = joined;
      this.#watch();
      if (server.pid !== before.pid)
        log(`the embedded Postgres had ended and has been started again in ${this.#site.cluster.dir}`);
      this.#moved({ host: server.socketDir, port: server.port });
      // A socket whose path would be too long has a short-lived folder of its own.
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
