import { once } from 'node:events';
import type { DigestFile } from '../sources/digest-file.ts';

/** A file whose reading fails with the reason of `stop` once that is aborted, even while it waits for more. */
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
  // It may be rejected while nobody waits for it.
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
    // Not awaited: a source that is waiting for more would answer only then.
    void iterator.return?.().catch(() => {});
  }
}
