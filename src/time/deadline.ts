/** Settles like `work`, or rejects with `late()` after `ms` milliseconds. The work itself continues. */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  return await Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}

/**
 * Settles like `work`, or rejects with `aborted(stop)` as soon as `stop` is aborted. The work itself
 * continues. If `stop` is already aborted, `work` is not called.
 */
export async function unlessAborted<T>(
  stop: AbortSignal | undefined,
  work: () => Promise<T>,
  aborted: (stop: AbortSignal) => Error,
): Promise<T> {
  if (stop === undefined) return await work();
  if (stop.aborted) throw aborted(stop);
  return await new Promise<T>((resolve, reject) => {
    const end = (): void => reject(aborted(stop));
    stop.addEventListener('abort', end, { once: true });
    void work()
      .then(resolve, reject)
      .finally(() => stop.removeEventListener('abort', end));
  });
}
