import { setTimeout as delay } from 'node:timers/promises';

// Postgres, appendix A: a standby that is to take over, taken for frozen, serialization failure, deadlock, too many
// connections, lock not available, shut down by an administrator or a crash, not yet started; then what the system says of
// connections and names.
const PASSING = new Set([
  '25006',
  '25P03',
  '40001',
  '40P01',
  '53300',
  '55P03',
  '57P01',
  '57P02',
  '57P03',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);
/** What `pg` says without a code. */
const PASSING_MESSAGE =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered)/;

/** Whether the same may work a little later: the database was away, or somebody else was in the way. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return PASSING.has(code) || code.startsWith('08') || PASSING_MESSAGE.test(error.message);
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
