import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { ERRORS } from '../errors/catalogue.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { clientNetwork } from './client-network.ts';
import type { OperationContext, OperationPlugin, ParsedOperation } from './operation-context.ts';
import type { Pipeline } from './pipeline.ts';

/** An operation of a WebSocket that takes longer is logged, in milliseconds. */
const SLOW_MS = 1_000;
/** Maximum length of a text that a client chose, in characters: a client must not fill the log. */
const LONGEST = 100;

/** Where operations are counted and logged. */
interface Observers {
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * Counts every operation of a pipeline. Those of WebSockets are logged if they fail or are slow; for others,
 * the line of their HTTP request says the same.
 */
export function observed(pipeline: Pipeline, { metrics, log }: Observers): Pipeline {
  const note = (result: ExecutionResult, context: OperationContext, ms: number): ExecutionResult => {
    const codes = codesOf(result);
    const price = priceOf(context, result);
    count(context, { codes, price }, metrics);
    const failed = codes.length > 0;
    if (context.transport === 'websocket' && (failed || ms >= SLOW_MS))
      logOperation(context, { codes, price, ms, log });
    return result;
  };
  return {
    run: async (params, context, method) => {
      const started = performance.now();
      const result = await pipeline.run(params, context, method);
      const ms = performance.now() - started;
      metrics.operationSeconds.observe(ms / 1_000, typeOf(context), context.transport);
      return note(result, context, ms);
    },
    fail: (error, context) => note(pipeline.fail(error, context), context, 0),
  };
}

/** The plugin that measures the phases of operations. Payloads of subscriptions count as `execute`. */
export function useMeasuredPhases({ phaseSeconds }: Metrics): OperationPlugin {
  const begin = (phase: string): (() => void) => {
    const started = performance.now();
    return () => phaseSeconds.observe((performance.now() - started) / 1_000, phase);
  };
  return {
    onParse: () => begin('parse'),
    onValidate: () => begin('validate'),
    onExecute: () => ({ onExecuteDone: begin('execute') }),
    onSubscribe: () => ({ onSubscribeResult: begin('subscribe') }),
  };
}

/** The distinct codes of a result's errors. Only those of the catalogue, which are few. */
export function codesOf({ errors = [] }: ExecutionResult): readonly string[] {
  if (errors.length === 0) return NONE;
  return [...new Set(errors.map(({ extensions: { code } }) => (isKnown(code) ? code : 'OTHER')))];
}

/** An operation as the log prints it: never its text or its variables. */
export function loggable({ type, name, hash }: ParsedOperation): object {
  return { type, name: name?.slice(0, LONGEST), hash };
}

const NONE: readonly string[] = [];

function isKnown(code: unknown): code is string {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

/** The price of an operation in points, also if it was refused for it; undefined if it was not priced. */
export function priceOf({ cost }: OperationContext, { errors = [] }: ExecutionResult): number | undefined {
  if (cost !== undefined) return cost.requested;
  const refused = errors[0]?.extensions['cost'];
  return typeof refused === 'number' ? refused : undefined;
}

const typeOf = ({ operation }: OperationContext): string => operation?.type ?? 'unknown';

type Outcome = Pick<Ended, 'codes' | 'price'>;

function count(context: OperationContext, { codes, price }: Outcome, metrics: Metrics): void {
  if (price !== undefined) metrics.cost.observe(price, typeOf(context));
  for (const code of codes) {
    metrics.errors.add(code);
    if (context.executing !== true) metrics.rejected.add(code);
  }
}

/** How an operation ended. */
interface Ended {
  /** In points. */
  readonly price: number | undefined;
  readonly codes: readonly string[];
  readonly ms: number;
  readonly log: Logger;
}

function logOperation(context: OperationContext, { codes, price, ms, log }: Ended): void {
  const { operation, client, requestId } = context;
  log.info(
    {
      ...(operation && { operation: loggable(operation) }),
      ...(price !== undefined && { price }),
      ...(codes.length > 0 && { codes }),
      durationMs: Math.round(ms),
      client: clientNetwork(client),
      requestId,
    },
    'operation',
  );
}
