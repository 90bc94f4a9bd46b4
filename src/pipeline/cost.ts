import {
  getOperationAST,
  getVariableValues,
  type ExecutionArgs,
  type OperationDefinitionNode,
} from 'graphql';
import type { Points, Taken } from '../limits/leaky-buckets.ts';
import type { Limits } from '../limits/limits.ts';
import { requestError } from './failures.ts';
import type { OperationContext, OperationPlugin } from './operation-context.ts';
import { priceOf } from './pricing.ts';
import { checkTaken } from './rate-limited.ts';

/** What an operation costs, and what its client has left: `extensions.cost` of its answer. All in points. */
export interface Cost {
  /** The price of the operation. */
  readonly requested: number;
  /** The most that one operation may cost; null if there is no limit. */
  readonly budget: number | null;
  /** What the client can still spend at once; absent if clients have no limit. */
  readonly left?: number;
  /** What the client gets back in each second. */
  readonly restoredPerSecond?: number;
}

/**
 * Prices every operation before it runs, and takes its price from its client. Refuses an operation that costs
 * more than an operation may, or that its client has too few points for. A subscription is priced once, when it
 * begins. An admin has no limit.
 */
export function useCost(limits: Limits, points: Points): OperationPlugin {
  const costs = new CostLimits(limits, points);
  return {
    onParams: async ({ params: { query }, context }) => {
      if (typeof query === 'string') await costs.chargeReading(query, context);
    },
    onExecute: async ({ args, context, extendContext }) => {
      // A batch of a subscription has no operation of its own.
      if (context.operation === undefined) return;
      const cost = await costs.charge(args, context);
      if (cost !== undefined) extendContext({ cost });
    },
    onSubscribe: async ({ args, context }) => void (await costs.charge(args, context)),
  };
}

/** Characters of a document that are parsed and validated for a point, if it is not in the cache. */
const CHARACTERS_PER_POINT = 20;

/** Prices by the JSON of the variables. Few: most clients repeat them. */
type Prices = Map<string, number>;
const MOST_PRICES = 50;
/** Length of the JSON of variables, in characters, up to which a price is kept: clients choose it. */
const LONGEST_KEY = 500;

class CostLimits {
  readonly #limits: Limits;
  readonly #points: Points;
  // As long as their document, which the pipeline's cache keeps.
  readonly #prices = new WeakMap<OperationDefinitionNode, Prices>();

  constructor(limits: Limits, points: Points) {
    this.#limits = limits;
    this.#points = points;
  }

  /**
   * The cost of an operation; undefined if its variables are wrong, which execution reports. Throws a GraphQLError
   * with the HTTP status if the operation is refused.
   */
  async charge(args: ExecutionArgs, { caller, client }: OperationContext): Promise<Cost | undefined> {
    const { maxCost, costPerSecond } = this.#limits;
    const requested = this.#price(args);
    if (requested === undefined) return undefined;
    const budget = maxCost === 0 ? null : maxCost;
    if (caller.admin === 'yes') return { requested, budget: null };
    if (budget !== null && requested > budget) throw tooComplex(requested, budget);
    if (costPerSecond === 0) return { requested, budget };
    const taking = this.#points.take(client, requested);
    const taken = taking instanceof Promise ? await taking : taking;
    checkTaken(taken, this.#limits);
    return { requested, budget, ...pointsIn(taken, this.#limits) };
  }

  /**
   * Takes the price of parsing and validating a document, so that documents that are refused cost something,
   * too. Throws a GraphQLError if the client has too few points.
   */
  async chargeReading(query: string, { caller, client }: OperationContext): Promise<void> {
    if (this.#limits.costPerSecond === 0 || caller.admin === 'yes') return;
    const taking = this.#points.take(client, Math.ceil(query.length / CHARACTERS_PER_POINT));
    checkTaken(taking instanceof Promise ? await taking : taking, this.#limits);
  }

  #price(args: ExecutionArgs): number | undefined {
    const operation = getOperationAST(args.document, args.operationName);
    if (!operation) return undefined;
    const known = this.#prices.get(operation) ?? new Map<string, number>();
    this.#prices.set(operation, known);
    const definitions = operation.variableDefinitions ?? [];
    const key = definitions.length === 0 ? '' : JSON.stringify(args.variableValues ?? {});
    const price = known.get(key) ?? operationPrice(args, operation);
    if (known.size >= MOST_PRICES) known.clear();
    if (price !== undefined && key.length <= LONGEST_KEY) known.set(key, price);
    return price;
  }
}

function operationPrice(
  { schema, document, variableValues }: ExecutionArgs,
  operation: OperationDefinitionNode,
): number | undefined {
  const definitions = operation.variableDefinitions ?? [];
  const { coerced } = getVariableValues(schema, definitions, variableValues ?? {}, { maxErrors: 1 });
  return coerced && priceOf({ schema, document, operation, variables: coerced });
}

function tooComplex(cost: number, budget: number): Error {
  return requestError('QUERY_TOO_COMPLEX', `expected an operation of at most ${budget} points, got ${cost}`, {
    details: { cost, budget },
  });
}

/** The part of a cost that is about the operation alone. */
export function priceIn({ requested, budget }: Cost): Cost {
  return { requested, budget };
}

/** The part of a cost that is about the client. */
export function pointsIn(
  { left }: Taken,
  { costPerSecond }: Limits,
): Pick<Cost, 'left' | 'restoredPerSecond'> {
  return { left, restoredPerSecond: costPerSecond };
}
