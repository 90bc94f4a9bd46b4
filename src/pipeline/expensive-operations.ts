import type { Limits } from '../limits/limits.ts';
import { Turns } from '../limits/turns.ts';
import type { OperationContext, OperationPlugin } from './operation-context.ts';
import { rateLimited } from './rate-limited.ts';

/** How long a client should wait whose operations got no turn, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/**
 * Has expensive queries wait for their turn. The pipeline ends a turn together with its operation. Subscriptions
 * do not wait: their batches are small, and shared. Neither do admins.
 */
export function useTurns(limits: Limits): OperationPlugin {
  const turns = new Turns({
    perClient: limits.maxExpensiveOperations,
    inAll: limits.maxExpensiveOperationsInAll,
    waitMs: limits.expensiveWaitMs,
  });
  return {
    onExecute: async ({ context, extendContext }) => {
      if (isExpensive(context, limits)) extendContext({ endTurn: await turnOf(context, turns) });
    },
  };
}

/** A batch of a subscription has no operation of its own. */
function isExpensive({ operation, caller, cost }: OperationContext, { expensiveCost }: Limits): boolean {
  if (operation === undefined || caller.admin === 'yes' || expensiveCost === 0) return false;
  return cost !== undefined && cost.requested >= expensiveCost;
}

async function turnOf({ client, lifetime }: OperationContext, turns: Turns): Promise<() => void> {
  const turn = await turns.begin(client, lifetime?.signal);
  if (typeof turn === 'string') throw rateLimited('too many expensive operations at once', RETRY_AFTER_MS);
  return turn;
}
