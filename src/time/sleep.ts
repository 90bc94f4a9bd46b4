/** Resolves after `ms` milliseconds, or once `stop` is aborted. Never rejects. Also runs in browsers. */
export async function sleep(ms: number, stop?: AbortSignal): Promise<void> {
  if (stop?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop?.addEventListener('abort', end);
  });
}

/**
 * Adds jitter: returns a random duration between `1 - spread` and `1 + spread` times `ms`, so that processes
 * that fail at the same time do not retry at the same time.
 */
export function jittered(ms: number, spread = 0.5): number {
  return ms * (1 - spread + 2 * spread * Math.random());
}
