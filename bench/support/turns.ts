import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startChild, type Child } from './child.ts';
import type { Load, Served } from './load.ts';
import { cpuOf, cpuOfPostgres } from './meter.ts';
import type { Server } from './servers.ts';
import { median } from './statistics.ts';

/** Connections of the client; each asks again as soon as it is answered. */
export const CONNECTIONS = 16;

/** What is sent to one server. */
export interface Side {
  readonly name: string;
  readonly server: Server;
  /** Requests as they go over the wire. */
  readonly requests: readonly string[];
  /** Whether to begin again after the last request; otherwise each is sent once at most. */
  readonly repeat: boolean;
  /** The status of the answers; 200 by default. */
  readonly status?: number;
}

/** How long to measure. */
export interface Duration {
  readonly seconds: number;
  readonly rounds: number;
}

/** Medians of a side's rounds. */
export interface Measured {
  /** Answers a second. */
  readonly rate: number;
  /** CPU milliseconds for an answer, of the server's process. */
  readonly serverCpu: number;
  /** CPU milliseconds for an answer, of Postgres. */
  readonly postgresCpu: number;
  /** Bytes of an answer without its head. */
  readonly bytes: number;
  /** Answers a second of each round, in which sides were measured one after the other. */
  readonly rates: readonly number[];
}

/** Measures servers in turns, so that a machine that slows down slows all. Each is warmed up first. */
export class Turns {
  readonly #folder: string;
  readonly #postmaster: number;
  readonly #client: Child = startChild('load.js');
  #files = 0;

  /** `folder` takes files with the requests; `postmaster` is the process of Postgres. */
  constructor(folder: string, postmaster: number) {
    this.#folder = folder;
    this.#postmaster = postmaster;
  }

  /** Measures sides by turns. Rejects if an answer is not what it must be, or if the requests do not suffice. */
  async measure(sides: readonly Side[], { seconds, rounds }: Duration): Promise<Measured[]> {
    const loads = sides.map((side) => this.#load(side));
    const next = sides.map(() => 0);
    // Rounds share the requests, and are shorter if these do not suffice.
    const share = sides.map(({ requests }) => Math.floor(requests.length / (rounds + 1)));
    const measured: (Served & { serverCpu: number; postgresCpu: number })[][] = sides.map(() => []);
    // The first round only warms the servers up.
    for (let round = 0; round <= rounds; round += 1)
      for (const [index, { server, name }] of sides.entries()) {
        const before = [cpuOf(server.pid), cpuOfPostgres(this.#postmaster)] as const;
        const served = await this.#client.ask<Served>({
          ...(loads[index] as Load),
          from: next[index] ?? 0,
          to: (round + 1) * (share[index] ?? 0),
          ms: seconds * 1_000,
        });
        if (served.error !== undefined) throw new Error(`${name}: ${served.error}`);
        if (served.answers === 0)
          throw new Error(`${name}: expected requests for each round, got ${next[index]} in all`);
        next[index] = served.next;
        const serverCpu = cpuOf(server.pid) - before[0];
        const postgresCpu = cpuOfPostgres(this.#postmaster) - before[1];
        if (round > 0) measured[index]?.push({ ...served, serverCpu, postgresCpu });
      }
    return measured.map((turns) => ({
      rate: median(turns.map((turn) => turn.answers / turn.seconds)),
      serverCpu: median(turns.map((turn) => turn.serverCpu / turn.answers)),
      postgresCpu: median(turns.map((turn) => turn.postgresCpu / turn.answers)),
      bytes: median(turns.map((turn) => turn.bytes / turn.answers)),
      rates: turns.map((turn) => turn.answers / turn.seconds),
    }));
  }

  async close(): Promise<void> {
    await this.#client.stop();
  }

  #load({ server, requests, repeat, status = 200 }: Side): Load {
    this.#files += 1;
    const file = path.join(this.#folder, `requests-${this.#files}.json`);
    writeFileSync(file, JSON.stringify(requests));
    return {
      port: server.port,
      connections: CONNECTIONS,
      requests: file,
      from: 0,
      to: 0,
      repeat,
      ms: 0,
      status,
    };
  }
}

/** How many times as fast `ours` is as `theirs`: the median of the ratios within each round. */
export function ratio(ours: Measured, theirs: Measured): number {
  return median(ours.rates.map((rate, round) => rate / (theirs.rates[round] ?? Number.NaN)));
}
