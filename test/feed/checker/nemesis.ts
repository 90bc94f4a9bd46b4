import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from './cluster.ts';
import type { Ingests, ServerProcess } from './processes.ts';
import type { TcpProxy } from './proxy.ts';

/** The things that can be broken. */
export interface Victims {
  readonly cluster: TestCluster;
  readonly servers: readonly ServerProcess[];
  readonly ingests: Ingests;
  /** Between clients and servers, and between servers and Postgres. */
  readonly proxies: readonly TcpProxy[];
}

const HELD_MS = { least: 2_000, most: 6_000 };
const PAUSE_MS = { least: 200, most: 900 };

/** How often each fault occurs in a round, in random order. */
const ROUND = {
  'server killed': 3,
  'ingest killed': 6,
  'listeners terminated': 3,
  'Postgres crashed': 1,
  'proxy held': 3,
  'proxy reset': 4,
};
type Fault = keyof typeof ROUND;

/** Breaks one thing after another, at random. */
export class Nemesis {
  readonly counts = new Map<Fault, number>();
  readonly #victims: Victims;
  readonly #random: () => number;
  readonly #holds = new Set<Promise<void>>();
  readonly #calm = new AbortController();

  constructor(victims: Victims, random: () => number) {
    this.#victims = victims;
    this.#random = random;
  }

  /**
   * Runs rounds of faults until `calm` is called. Resolves when all is healed; rejects if Postgres cannot
   * restart.
   */
  async rage(rounds: number): Promise<void> {
    for (let round = 0; round < rounds && !this.#calm.signal.aborted; round++) {
      const faults = Object.entries(ROUND).flatMap(([fault, times]) =>
        Array<Fault>(times).fill(fault as Fault),
      );
      while (faults.length > 0 && !this.#calm.signal.aborted) {
        const [fault] = faults.splice(Math.floor(this.#random() * faults.length), 1);
        if (fault !== undefined && (await this.#strike(fault)))
          this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
        await this.#pause(this.#between(PAUSE_MS));
      }
    }
    await Promise.all(this.#holds);
  }

  /** Stops breaking things and releases held connections at once. Afterwards `rage` ends. */
  async calm(): Promise<void> {
    this.#calm.abort();
    await Promise.all(this.#holds);
  }

  /** Causes a fault. Resolves with false if there was nothing to break. */
  async #strike(fault: Fault): Promise<boolean> {
    const { cluster, servers, ingests, proxies } = this.#victims;
    const strikes: Record<Fault, () => boolean | Promise<boolean>> = {
      'server killed': () => this.#pick(servers).kill(),
      'ingest killed': () => ingests.kill(this.#random),
      'listeners terminated': async () => await terminateListeners(cluster),
      'Postgres crashed': async () => {
        await cluster.crash();
        await cluster.start();
        return true;
      },
      'proxy held': () => this.#hold(this.#pick(proxies)),
      'proxy reset': () => this.#pick(proxies).reset() > 0,
    };
    return await strikes[fault]();
  }

  #hold(proxy: TcpProxy): boolean {
    this.#holds.add(this.#holdFor(proxy, this.#between(HELD_MS)));
    return true;
  }

  /** Holds all bytes back for a while, then passes them on or resets every connection. */
  async #holdFor(proxy: TcpProxy, ms: number): Promise<void> {
    proxy.hold();
    await this.#pause(ms);
    if (this.#random() < 0.5) proxy.reset();
    proxy.pass();
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#calm.signal }).catch(() => {});
  }

  #between({ least, most }: { least: number; most: number }): number {
    return least + this.#random() * (most - least);
  }

  #pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.#random() * values.length)] as T;
  }
}

/** Terminates the connections that listen: their last statement was LISTEN or a heartbeat. */
async function terminateListeners(cluster: TestCluster): Promise<boolean> {
  const rows = await cluster.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where pid <> pg_backend_pid() and (query ilike 'listen%' or query ilike 'select 1')`,
  );
  return rows.length > 0;
}
