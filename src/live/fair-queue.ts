/** Tasks that run in one turn of the event loop. */
const SLICE = 250;

/**
 * Runs many small tasks in order, a slice in each turn of the event loop. One event means work for tens of
 * thousands of sockets; between the slices, HTTP requests and timers get their turn.
 */
export class FairQueue {
  #waiting: (() => void)[] = [];
  #running = false;

  /** Queues a task. It runs in a later turn of the event loop. */
  add(task: () => void): void {
    this.#waiting.push(task);
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    const slice = this.#waiting.splice(0, SLICE);
    for (const task of slice) task();
    this.#running = this.#waiting.length > 0;
    if (this.#running) setImmediate(() => this.#run());
  }
}
