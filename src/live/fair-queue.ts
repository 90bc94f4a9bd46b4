/** Pieces of work that are done a slice at a time. */
const SLICE = 250;

/**
 * Does many small pieces of work in the order in which they came, a slice at a time: one event is work for ten thousand
 * sockets, and all else that the process has to do comes in between.
 */
export class FairQueue {
  #waiting: (() => void)[] = [];
  #running = false;

  /** Does it soon, not at once. */
  add(work: () => void): void {
    this.#waiting.push(work);
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    const slice = this.#waiting.splice(0, SLICE);
    for (const work of slice) work();
    this.#running = this.#waiting.length > 0;
    if (this.#running) setImmediate(() => this.#run());
  }
}
