import { within } from '../time/deadline.ts';

/** Whether the server can answer, part by part, in fixed words that tell an outsider nothing more. */
export interface Readiness {
  /** Runs the checks; calls at the same time share one run. */
  check(): Promise<{ ready: boolean; checks: Readonly<Record<string, 'ok' | 'failed'>> }>;
  /** From now on the server is not ready: it is about to stop. */
  drain(): void;
}

/**
 * Readiness by named checks. One that gives false, rejects, or takes longer than `timeoutMs` milliseconds has failed;
 * the check `draining` is always there.
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
        await holds(run, timeoutMs),
      ]),
    );
  return {
    check: async () => {
      // A flood of probes must not use up the connections that it asks about.
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

async function holds(run: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  try {
    return await within(timeoutMs, run(), () => new Error('no answer in time'));
  } catch {
    return false;
  }
}
