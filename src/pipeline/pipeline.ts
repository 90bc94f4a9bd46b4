import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { createYoga, isAsyncIterable, type GraphQLParams, type YogaServerInstance } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { CreateContext } from '../graphql/context.ts';
import type { Limits } from '../limits/limits.ts';
import type { Points } from '../limits/leaky-buckets.ts';
import type { Load } from '../limits/load-monitor.ts';
import { useCost } from './cost.ts';
import { useDocumentIds, type DocumentSettings } from './document-ids.ts';
import { useTurns } from './expensive-operations.ts';
import { finishErrors, maskError } from './failures.ts';
import { useLoadShedding } from './load-shedding.ts';
import type { OperationContext, OperationPlugin } from './operation-context.ts';
import {
  useParsedOperation,
  usePlacedValidation,
  useReferenceExecutor,
  useResolverContext,
} from './plugins.ts';
import { useReaders } from './readers.ts';
import { useRequestLimits } from './request-limits.ts';

/** How operations are run, whatever their transport. */
export interface PipelineOptions {
  readonly schema: GraphQLSchema;
  /** Called once for every operation. */
  readonly createContext: CreateContext;
  /** Plugins of Yoga or Envelop. Their hooks see the operations of HTTP, event streams and WebSockets. */
  readonly plugins?: readonly OperationPlugin[];
  /** Which documents clients may name, and whether they must. */
  readonly documents?: DocumentSettings | undefined;
  readonly limits: Limits;
  /** What clients have left. */
  readonly points: Points;
  /** Whether the server takes on more. */
  readonly load: Load;
  readonly log: Logger;
}

/** Parses, validates, executes and subscribes, and masks errors. */
export interface Pipeline {
  /**
   * Runs an operation, whatever its transport. A method of GET refuses mutations. Never rejects: failures
   * become errors of the result.
   */
  readonly run: (
    params: GraphQLParams,
    context: OperationContext,
    method?: 'GET' | 'POST',
  ) => Promise<ExecutionResult>;
  /** The result of an operation that failed before it could run. */
  readonly fail: (error: unknown, context: OperationContext) => ExecutionResult;
}

/** Total length of the cached documents. Their syntax trees take about a hundred times as much memory. */
const CACHED_CHARACTERS = 1_000_000;

/** Makes the pipeline of a server. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { log } = options;
  const yoga = createYoga<OperationContext, object>({
    schema: options.schema,
    plugins: pluginsOf(options),
    maskedErrors: { maskError },
    parserAndValidationCache: { documentCache: cache<DocumentNode>(), errorCache: cache<object>() },
    cors: false,
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: false,
    logging: false,
  });
  // Yoga calls `onParams` with an HTTP request. A real one for each operation would cost more than the rest of
  // the pipeline, so all operations share these.
  const requestBy = (method: string) => new yoga.fetchAPI.Request('http://localhost/graphql', { method });
  const requests = { GET: requestBy('GET'), POST: requestBy('POST') };
  const finish = (result: ExecutionResult, { requestId }: OperationContext): ExecutionResult => {
    finishErrors(result, requestId, log);
    return result;
  };
  return {
    run: async (params, context, method = 'POST') => {
      const run = (): Result => yoga.getResultForParams({ params, request: requests[method] }, context);
      try {
        return finish(await resultOf(run), context);
      } finally {
        context.endTurn?.();
      }
    },
    fail: (error, context) => finish({ errors: [maskError(error)] }, context),
  };
}

function pluginsOf(options: PipelineOptions): OperationPlugin[] {
  const { createContext, documents = {}, limits, points, load, plugins = [] } = options;
  return [
    useLoadShedding(load),
    useReaders(),
    useDocumentIds(documents, limits),
    useRequestLimits(limits),
    useParsedOperation(limits),
    usePlacedValidation(),
    useCost(limits, points),
    useTurns(limits),
    useResolverContext(createContext),
    useReferenceExecutor(limits),
    ...plugins,
  ];
}

type Result = ReturnType<YogaServerInstance<OperationContext, object>['getResultForParams']>;

async function resultOf(run: () => Result): Promise<ExecutionResult> {
  try {
    const result = await run();
    // A subscription has one result, too, which carries its payloads: see live/payload-result.ts.
    if (result === undefined || isAsyncIterable(result)) throw new Error('expected one result');
    return result;
  } catch (error) {
    return { errors: [maskError(error)] };
  }
}

function cache<Value extends object>(): LRUCache<string, Value> {
  return new LRUCache({ maxSize: CACHED_CHARACTERS, sizeCalculation: (_value, text) => text.length + 1 });
}
