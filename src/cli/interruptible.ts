import { once } from 'node:events';
import type { DigestFile } from '../sources/digest-file.ts';

/**
 * Wraps a file so that reading it fails with the reason of `stop` as soon as that is aborted. Standard
 * input may wait forever for its next bytes, so checking between chunks would not suffice.
 */
export function interruptible(file: DigestFile, stop: AbortSignal): DigestFile {
  return { ...file, open: () => untilStopped(file.open(), stop) };
}

async function* untilStopped(
  chunks: AsyncIterable<Uint8Array>,
  stop: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const done = new AbortController();
  const stopped = once(stop, 'abort', { signal: done.signal }).then((): never => {
    throw stop.reason as Error;
  });
  // It may be rejected while no `race` is waiting; that must not count as an unhandled rejection.
  stopped.catch(() => {});
  try {
    for (;;) {
      stop.throwIfAborted();
      const next = await Promise.race([iterator.next(), stopped]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    done.abort();
    // Not awaited: `return` of a generator that waits for more bytes settles only when they arrive.
    void iterator.return?.().catch(() => {});
  }
}
