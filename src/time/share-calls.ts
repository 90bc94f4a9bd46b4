import { within } from './deadline.ts';

/** How long a running call may hold up the next one, in milliseconds. */
const PATIENCE_MS = 1_000;

/**
 * Merges concurrent calls: those made while one is running share the next one. Every caller gets a result of
 * a call that started after its own, and thousands of callers at once cause at most two calls; if a call
 * hangs, one more each second.
 */
export function shareCalls<T>(call: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;
  return async () => {
    next ??= start(running);
    return await next;
  };

  async function start(before: Promise<unknown> | undefined): Promise<T> {
    // Awaits even if nothing is running, so that calls of the same turn of the event loop share this one.
    await (before && within(PATIENCE_MS, before, () => new Error('late')).catch(() => {}));
    const current = call();
    next = undefined;
    running = current;
    current.then(
      () => clear(current),
      () => clear(current),
    );
    return await current;
  }

  function clear(ended: Promise<T>): void {
    if (running === ended) running = undefined;
  }
}
