import { within } from '../time/deadline.ts';

/**
 * Whether the server can answer, with the result of each check, but no error text: probes need no
 * authentication.
 */
export interface Readiness {
  /** Runs the checks. Concurrent calls share one run. */
  check(): Promise<{ ready: boolean; checks: Readonly<Record<string, 'ok' | 'failed'>> }>;
  /** Makes the server not ready from now on, because it is about to stop. */
  drain(): void;
}

/**
 * Readiness by named checks. A check fails if it returns false, rejects, or takes longer than `timeoutMs`
 * milliseconds. The check `draining` is always included.
 */
export function createReadiness(
  checks: Readonly<Record<string, () => Promise<boolean>>>,
  timeoutMs = 1_000,
): Readiness {
  let draining = false;
  let running: Promise<[string, boolean][]> | undefined;
  const runAll = async (): Promise<[string, boolean][]> =>
    await Promise.all(
      Object.entries(checks).map(async ([name, run]): Promise<[string, boolean]> => [
        name,
        await passes(run, timeoutMs),
      ]),
    );
  return {
    check: async () => {
      // A flood of probes must not use up the connections that they check.
      running ??= runAll().finally(() => (running = undefined));
      const results = [...(await running), ['draining', !draining] as const];
      return {
        ready: results.every(([, ok]) => ok),
        checks: Object.fromEntries(results.map(([name, ok]) => [name, ok ? 'ok' : 'failed'] as const)),
      };
    },
    drain: () => {
      draining = true;
    },
  };
}

async function passes(run: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  try {
    return await within(timeoutMs, run(), () => new Error('the check took too long'));
  } catch {
    return false;
  }
}
