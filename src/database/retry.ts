import { BackOff } from '../time/back-off.ts';
import { sleep } from '../time/sleep.ts';
import { isTransient } from './error-codes.ts';

const TRIES = 12;

/**
 * Runs `work` and repeats it after transient failures, up to 12 times in about half a minute. Rejects with
 * the last failure. Once `stop` is aborted, nothing is repeated.
 */
export async function retrying<T>(work: () => Promise<T>, stop?: AbortSignal): Promise<T> {
  const backOff = new BackOff({ firstMs: 150, mostMs: 4_000 });
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const wait = backOff.next();
      if (!isTransient(error) || backOff.failures === TRIES) throw error;
      await sleep(wait, stop);
      if (stop?.aborted === true) throw error;
    }
  }
}
