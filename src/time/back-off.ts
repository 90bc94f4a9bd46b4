import { jittered } from './sleep.ts';

/** Durations are in milliseconds. */
export interface BackOffOptions {
  /** The first wait, before jitter. */
  readonly firstMs: number;
  /** No wait is longer, before jitter. */
  readonly mostMs: number;
  /** How much longer each wait is than the last; 2 by default. */
  readonly factor?: number;
  /** By how much of itself a wait varies at random; 0.5 by default. */
  readonly spread?: number;
}

/** Waits between tries: each is longer than the last, and all vary at random. */
export class BackOff {
  readonly #options: BackOffOptions;
  #failures = 0;

  constructor(options: BackOffOptions) {
    this.#options = options;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** A try has failed: how long to wait before the next one, in milliseconds. */
  next(): number {
    const { firstMs, mostMs, factor = 2, spread = 0.5 } = this.#options;
    const wait = Math.min(mostMs, firstMs * factor ** this.#failures);
    this.#failures += 1;
    return jittered(wait, spread);
  }

  /** A try has succeeded: the next wait is the first one again. */
  reset(): void {
    this.#failures = 0;
  }
}
