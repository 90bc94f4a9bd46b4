import type { Load } from '../limits/load-monitor.ts';
import type { OperationPlugin } from './operation-context.ts';
import { rateLimited } from './rate-limited.ts';

/** Refuses new operations while the server is overloaded, so that it can finish the others. Not those of admins. */
export function useLoadShedding(load: Load): OperationPlugin {
  return {
    onParams: ({ context }) => {
      const retryAfterMs = load.retryAfterMs();
      if (retryAfterMs === undefined || context.caller.admin === 'yes') return;
      throw rateLimited('the server is overloaded', retryAfterMs, { status: 503 });
    },
  };
}
