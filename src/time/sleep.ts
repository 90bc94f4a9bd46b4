/**
 * Resolves after a number of milliseconds, or as soon as `stop` is aborted. Never rejects. Runs in browsers,
 * too.
 */
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
 * A duration changed at random by at most `spread` of itself, so that processes that fail together do not
 * retry together.
 */
export function jittered(ms: number, spread = 0.5): number {
  return ms * (1 - spread + 2 * spread * Math.random());
}
