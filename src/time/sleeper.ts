import { sleep } from './sleep.ts';

/**
 * A sleep that others can end. A wake-up that comes while nobody sleeps ends the next sleep before it begins.
 */
export class Sleeper {
  #woken = false;
  #wake: AbortController | undefined;

  /** Ends the current sleep, or else the next one. */
  wake(): void {
    this.#woken = true;
    this.#wake?.abort();
  }

  /** Forgets a wake-up that has not ended a sleep yet. */
  reset(): void {
    this.#woken = false;
  }

  /** Sleeps for a number of milliseconds, or until it is woken or `stop` is aborted. */
  async sleep(ms: number, stop?: AbortSignal): Promise<void> {
    if (!this.#woken) {
      this.#wake = new AbortController();
      const ends = stop === undefined ? this.#wake.signal : AbortSignal.any([stop, this.#wake.signal]);
      await sleep(ms, ends);
      this.#wake = undefined;
    }
    this.#woken = false;
  }
}
