/**
 * Makes many calls at once cost one: those that come while a call is under way share the next one, so that each answer is
 * from after it was asked for.
 */
export function shareCalls<T>(call: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;
  return async () => {
    next ??= start(running);
    return await next;
  };

  async function start(before: Promise<unknown> | undefined): Promise<T> {
    // Those who ask in the same turn come along.
    await (before ?? Promise.resolve()).catch(() => {});
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
