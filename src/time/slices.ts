import { setImmediate } from 'node:timers/promises';

/** How long work keeps the event loop at a stretch, in milliseconds. */
const SLICE_MS = 10;

/**
 * Divides long work into slices, so that a process that also serves keeps answering. Ask `isOver` after each
 * small piece of work and await `pause` when it is.
 */
export class Slices {
  #end = performance.now() + SLICE_MS;

  /** Whether the work has kept the event loop for a whole slice. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Resolves in a later turn of the event loop, with a new slice. */
  async pause(): Promise<void> {
    await setImmediate();
    this.#end = performance.now() + SLICE_MS;
  }
}

/** `list.map(change)`, in slices. */
export async function mapInSlices<T, U>(list: readonly T[], change: (item: T) => U): Promise<U[]> {
  const slices = new Slices();
  const changed: U[] = [];
  for (const item of list) {
    changed.push(change(item));
    if (slices.isOver) await slices.pause();
  }
  return changed;
}
