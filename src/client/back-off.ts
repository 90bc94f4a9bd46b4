const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** A server that answers and fails again at once has not recovered. */
const STEADY_MS = 10_000;

/** How long to wait before the next try: longer each time, until a connection has held for a while. */
export class BackOff {
  #failures = 0;
  #answeredAt: number | undefined;

  /** The server has answered. */
  answered(): void {
    this.#answeredAt ??= performance.now();
  }

  /** The wait after a connection that was lost, in milliseconds. Full jitter: those who lost one server do not come back as one. */
  next(): number {
    if (this.#answeredAt !== undefined && performance.now() - this.#answeredAt >= STEADY_MS)
      this.#failures = 0;
    this.#answeredAt = undefined;
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    return Math.random() * most;
  }
}
