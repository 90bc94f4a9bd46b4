import { setTimeout as delay } from 'node:timers/promises';
import { isInterrupted, isUnavailable } from './failures.ts';

/** A standby that is to take over, taken for frozen, lock not available; then what the system says of the network. */
const PASSING = new Set(['25006', '25P03', '55P03', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);
const WAITED_IN_VAIN = 'timeout exceeded when trying to connect';

/** Whether the same may work a little later: the database was away, or somebody else was in the way. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isUnavailable(error) || isInterrupted(error) || error.message === WAITED_IN_VAIN) return true;
  const code = 'code' in error ? String(error.code) : '';
  return PASSING.has(code) || code.startsWith('08');
}

const TRIES = 12;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/**
 * Runs `work` until it ends, or fails for a reason that stays, or has failed often (after about half a minute), or fails
 * once `stop` is aborted.
 */
export async function retrying<T>(work: () => Promise<T>, stop?: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || failures === TRIES) throw error;
      // Random, so that those who met each other do not meet again.
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.5 + Math.random() / 2);
      await delay(wait, undefined, { signal: stop }).catch(() => {});
      if (stop?.aborted === true) throw error;
    }
  }
}
