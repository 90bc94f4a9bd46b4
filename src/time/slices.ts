import { setImmediate } from 'node:timers/promises';

/** How long work may block the event loop, in milliseconds. */
const SLICE_MS = 10;

/**
 * Divides long work into slices, so that a server stays responsive during an ingest. Check `isOver` after
 * each small step, and await `pause` when it is true.
 */
export class Slices {
  #end = performance.now() + SLICE_MS;

  /** Whether the current slice has used up its time. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Lets the event loop run, then starts a new slice. */
  async pause(): Promise<void> {
    await setImmediate();
    this.#end = performance.now() + SLICE_MS;
  }
}

/** Like `list.map(change)`, but in slices. */
export async function mapInSlices<T, U>(list: readonly T[], change: (item: T) => U): Promise<U[]> {
  const slices = new Slices();
  const changed: U[] = [];
  for (const item of list) {
    changed.push(change(item));
    if (slices.isOver) await slices.pause();
  }
  return changed;
}
