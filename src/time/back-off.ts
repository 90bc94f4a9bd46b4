import { jittered } from './sleep.ts';

/** How long to wait between attempts. Durations are in milliseconds. */
export interface BackOffOptions {
  /** The first wait, before jitter is added. */
  readonly firstMs: number;
  /** The longest wait, before jitter is added. */
  readonly mostMs: number;
  /** Each wait is this many times as long as the one before; 2 by default. */
  readonly factor?: number;
  /** How much jitter is added, as a fraction of the wait; 0.5 by default. See `jittered`. */
  readonly spread?: number;
}

/** Exponential back-off with jitter: the waits between failed attempts. */
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

  /** Counts a failed attempt. Returns how long to wait before the next one, in milliseconds. */
  next(): number {
    const { firstMs, mostMs, factor = 2, spread = 0.5 } = this.#options;
    const wait = Math.min(mostMs, firstMs * factor ** this.#failures);
    this.#failures += 1;
    return jittered(wait, spread);
  }

  /** Call after a successful attempt: the next wait is the first one again. */
  reset(): void {
    this.#failures = 0;
  }
}
