import { LeakyBuckets } from '../limits/leaky-buckets.ts';
import type { Limits } from '../limits/limits.ts';

/** Counts the open WebSockets and event streams of each client, and its handshakes. */
export class ConnectionLimit {
  readonly #limits: Limits;
  readonly #perClient = new Map<string, number>();
  readonly #handshakes: LeakyBuckets;
  #size = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
    const { maxSocketsPerAddress, maxHandshakesPerSecond: costPerSecond } = limits;
    // A client may open all of its sockets at once.
    const costBurst = Math.max(maxSocketsPerAddress, costPerSecond);
    this.#handshakes = new LeakyBuckets({ costBurst, costPerSecond });
  }

  /** Counts a handshake of a WebSocket. Returns false if the client makes too many. */
  shakeHands(client: string): boolean {
    if (this.#limits.maxHandshakesPerSecond === 0) return true;
    return this.#handshakes.take(client, 1).retryAfterMs === undefined;
  }

  /** Reserves a slot for a connection of a client. Returns its release function, undefined at a limit. */
  enter(client: string): (() => void) | undefined {
    const { maxSockets, maxSocketsPerAddress } = this.#limits;
    const others = this.#perClient.get(client) ?? 0;
    if (this.#size >= maxSockets || others >= maxSocketsPerAddress) return undefined;
    this.#size += 1;
    this.#perClient.set(client, others + 1);
    return () => this.#leave(client);
  }

  #leave(client: string): void {
    this.#size -= 1;
    const others = (this.#perClient.get(client) ?? 1) - 1;
    if (others === 0) this.#perClient.delete(client);
    else this.#perClient.set(client, others);
  }
}
