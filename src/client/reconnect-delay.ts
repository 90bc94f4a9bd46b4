import { BackOff } from '../time/back-off.ts';

/** A server that answers and fails at once has not recovered: only a longer connection resets the delay. */
const STEADY_MS = 10_000;

/**
 * Delays before reconnecting: up to 1 second first, twice as long after each failure, up to 30 seconds at
 * most. A connection that has delivered for 10 seconds starts the series again.
 */
export class ReconnectDelay {
  // Full jitter (a spread of 1, from 0 to twice the duration): clients of one lost server do not return
  // together.
  readonly #backOff = new BackOff({ firstMs: 500, mostMs: 15_000, spread: 1 });
  #answeredAt: number | undefined;

  /** Call on each answer of the server. */
  answered(): void {
    this.#answeredAt ??= performance.now();
  }

  /** The connection was lost: how long to wait before the next one, in milliseconds. */
  next(): number {
    if (this.#answeredAt !== undefined && performance.now() - this.#answeredAt >= STEADY_MS)
      this.#backOff.reset();
    this.#answeredAt = undefined;
    return this.#backOff.next();
  }
}
