import { LRUCache } from 'lru-cache';
import type { Limits } from './limits.ts';

/** The points of a client after it asked for some. */
export interface Taken {
  /** Points that the client can still spend at once. */
  readonly left: number;
  /** Milliseconds until the client has enough points. Undefined if it got them now. */
  readonly retryAfterMs: number | undefined;
}

/** The points of all clients. Several servers may share them, so that an answer can take a moment. */
export interface Points {
  /**
   * Takes points from a client, if it has enough. No client can have more than the burst: a higher price takes
   * just that.
   */
  readonly take: (client: string, price: number) => Taken | Promise<Taken>;
}

/** The size of a bucket, and how much leaks in each second. */
type BucketLimits = Pick<Limits, 'costBurst' | 'costPerSecond'>;

/** What a client has spent, in points, at one moment, in milliseconds. */
interface Bucket {
  readonly spent: number;
  readonly at: number;
}

/** Clients that are remembered. A client that is forgotten has all its points again. */
const MOST_CLIENTS = 50_000;

/**
 * A leaky bucket for each client: what it spends fills the bucket, which leaks at a constant rate. A price that
 * does not fit is refused.
 */
export class LeakyBuckets implements Points {
  readonly #limits: BucketLimits;
  readonly #now: () => number;
  readonly #buckets = new LRUCache<string, Bucket>({ max: MOST_CLIENTS });

  /** `now` returns milliseconds; `performance.now` by default. */
  constructor(limits: BucketLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  take(client: string, price: number): Taken {
    const { costBurst, costPerSecond } = this.#limits;
    const at = this.#now();
    const { spent, at: since } = this.#buckets.get(client) ?? { spent: 0, at };
    const leaked = Math.max(0, spent - ((at - since) / 1_000) * costPerSecond);
    const wanted = leaked + Math.min(price, costBurst);
    if (wanted > costBurst) {
      const retryAfterMs = Math.ceil(((wanted - costBurst) / costPerSecond) * 1_000);
      return { left: Math.floor(costBurst - leaked), retryAfterMs };
    }
    this.#buckets.set(client, { spent: wanted, at });
    return { left: Math.floor(costBurst - wanted), retryAfterMs: undefined };
  }
}
