import type { ExecutionResult } from 'graphql';
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller, CreateContext } from '../graphql/context.ts';
import type { Points } from '../limits/leaky-buckets.ts';
import type { Limits } from '../limits/limits.ts';
import { payloadsIn } from '../live/payload-result.ts';
import { errorStream } from '../live/payload-stream.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { codesOf, priceOf } from '../pipeline/observe.ts';
import { statusOf } from '../pipeline/failures.ts';
import { Lifetime } from '../pipeline/lifetime.ts';
import { pointsIn, priceIn, type Cost } from '../pipeline/cost.ts';
import type { OperationContext } from '../pipeline/operation-context.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { checkTaken, pointHeaders } from '../pipeline/rate-limited.ts';
import { checkReader } from '../pipeline/readers.ts';
import type { Authenticate } from './authentication.ts';
import { answerOf, sendAnswer, type Answer } from './answer.ts';
import type { ClientOf } from './client.ts';
import { encodingOf, type Encoding } from './content-encoding.ts';
import { KeptAnswers, type KeptAnswer } from './kept-answers.ts';
import { acceptsEvents, EVENTS, type MediaType } from './media-type.ts';
import { parseParams, readParamsText } from './read-params.ts';
import { listOf, type EventStream, type HeaderList, type RequestContext } from './request-context.ts';

/** Options of `Operations`. */
export interface OperationOptions {
  /** With the plugin `useHttp`. */
  readonly pipeline: Pipeline;
  readonly createContext: CreateContext;
  readonly authenticate: Authenticate;
  readonly clientOf: ClientOf;
  readonly limits: Limits;
  /** What clients have left. */
  readonly points: Points;
  readonly metrics: Metrics;
}

/** The price of an answer that was kept, in points. */
const KEPT_POINTS = 5;

/** Answers the operations of HTTP requests, and keeps the answers to queries. */
export class Operations {
  readonly #options: OperationOptions;
  readonly #kept: KeptAnswers;

  constructor(options: OperationOptions) {
    this.#options = options;
    this.#kept = new KeptAnswers(async () => await options.createContext().version());
  }

  /**
   * Sends the response, or sets `http.stream` if it is an event stream, which may last for days. Whatever is
   * needed only to answer is local to this method, so that the stream does not keep it in memory.
   */
  async respond(http: RequestContext, mediaType: MediaType): Promise<void> {
    const { pipeline, limits } = this.#options;
    const { headers } = http.request;
    const method = http.request.method === 'GET' ? 'GET' : 'POST';
    const encoding = encodingOf(headers['accept-encoding']);
    const lifetime = new Lifetime();
    const operation = this.#operationOf(http, lifetime);
    const { caller } = operation;
    const leave = (): void => lifetime.leave();
    let request: string | undefined;
    let result: ExecutionResult;
    try {
      checkReader(caller);
      const text = await readParamsText(http.request, caller.admin, limits);
      if (isShared(caller, headers, mediaType)) request = `${mediaType} ${encoding} ${method} ${text}`;
      if (request !== undefined && (await this.#repeat(http, request, operation))) return;
      http.asked = operation;
      http.response.once('close', leave);
      result = await pipeline.run(parseParams(text, method), operation, method);
    } catch (error) {
      result = pipeline.fail(error, operation);
    }
    http.response.off('close', leave);
    http.asked = {
      operation: operation.operation,
      price: priceOf(operation, result),
      codes: codesOf(result),
    };
    // A caller without a token gets a response with the header that asks for one.
    http.stream = caller.reader === 'no' ? undefined : streamOf(result, headers);
    if (http.stream !== undefined) return;
    const isPrivate = caller.reader !== undefined;
    const asked = { request, mediaType, method, encoding, isPrivate } as const;
    const answer = await this.#answer(http, result, { ...asked, cost: operation.cost });
    if (request !== undefined && result.errors === undefined) this.#keep(request, answer, operation);
  }

  #operationOf(http: RequestContext, lifetime: Lifetime): OperationContext {
    const { authenticate, clientOf } = this.#options;
    const { authorization, accept, 'last-event-id': lastEvent } = http.request.headers;
    const caller = { ...authenticate(authorization), resumeAfter: lastEvent?.toString() };
    const transport = acceptsEvents(accept) ? 'events' : 'http';
    http.client = clientOf(http.request);
    return { caller, client: http.client, requestId: http.id, http, transport, lifetime };
  }

  /** Sends a result with its cost. An answer that caches may store says nothing of the client. */
  async #answer(
    http: RequestContext,
    result: ExecutionResult,
    { request, mediaType, method, encoding, isPrivate, cost }: Asked,
  ): Promise<Answer> {
    const cacheable = request !== undefined && method === 'GET';
    const form = { mediaType, cacheable, isPrivate, encoding, open: false };
    if (cost === undefined) return sent(http, await answerOf(result, form));
    if (cacheable)
      return sent(http, await answerOf({ ...result, extensions: { cost: priceIn(cost) } }, form));
    const headers = this.#headersOf(cost);
    if (mediaType === EVENTS)
      return sent(http, await answerOf({ ...result, extensions: { cost } }, form), undefined, headers);
    return sent(http, await answerOf(result, { ...form, open: true }), cost, headers);
  }

  /** Sends the kept answer to a request, if there is one. Returns whether there was. */
  async #repeat(http: RequestContext, request: string, operation: OperationContext): Promise<boolean> {
    const { answer, version } = await this.#kept.find(request);
    if (answer !== undefined) {
      http.asked = answer;
      const cost = await this.#chargeKept(answer, operation);
      this.#options.metrics.keptAnswers.add();
      const shown = answer.etag === undefined ? cost : undefined;
      sendAnswer(http, answer, shown, this.#headersOf(shown));
    } else if (version !== undefined) {
      // The pipeline takes this context, instead of making one that reads the version again.
      const resolverContext = this.#options.createContext(operation.caller, async () => await version);
      Object.assign(operation, { resolverContext });
    }
    return answer !== undefined;
  }

  /** What a kept answer costs. Throws a GraphQLError if the client has too few points. */
  async #chargeKept({ cost }: KeptAnswer, { client }: OperationContext): Promise<Cost | undefined> {
    const { limits, points } = this.#options;
    if (cost === undefined || limits.costPerSecond === 0) return cost;
    const taking = points.take(client, KEPT_POINTS);
    const taken = taking instanceof Promise ? await taking : taking;
    checkTaken(taken, limits);
    return { ...cost, ...pointsIn(taken, limits) };
  }

  /** The headers that say what the client has left. Not for answers that shared caches may store. */
  #headersOf(cost: Cost | undefined): HeaderList {
    return cost?.left === undefined ? [] : listOf(pointHeaders(cost.left, this.#options.limits));
  }

  #keep(request: string, answer: Answer, { operation, cost, resolverContext }: OperationContext): void {
    if (operation?.type === 'query' && resolverContext !== undefined)
      void this.#kept.keep(request, { ...answer, operation, cost: cost && priceIn(cost) }, resolverContext);
  }
}

/** A request, as far as the form of its answer depends on it. */
interface Asked {
  /** Identifies an answer that is for everyone. */
  readonly request: string | undefined;
  readonly mediaType: MediaType;
  readonly method: 'GET' | 'POST';
  readonly isPrivate: boolean;
  readonly encoding: Encoding;
  readonly cost: Cost | undefined;
}

function sent(http: RequestContext, answer: Answer, cost?: Cost, headers?: HeaderList): Answer {
  sendAnswer(http, answer, cost, headers);
  return answer;
}

/**
 * Whether every caller that may read gets the same answer, as a whole: not an admin's, not that of a caller whose
 * authorization says nothing to this server, and not a query's as events. A client that accepts event streams
 * beside JSON gets the answer to a query as JSON.
 */
function isShared(
  { admin, reader }: Caller,
  { authorization }: IncomingHttpHeaders,
  mediaType: MediaType,
): boolean {
  const isReader = reader === 'yes' ? admin !== 'yes' : authorization === undefined;
  return isReader && mediaType !== EVENTS;
}

/**
 * The event stream of a result. Undefined for a query, whose result is a response, and if the client does not
 * accept event streams.
 */
function streamOf(result: ExecutionResult, { accept }: IncomingHttpHeaders): EventStream | undefined {
  if (!acceptsEvents(accept)) return undefined;
  const { errors, data } = result;
  const payloads = errors !== undefined && data === undefined ? errorStream(errors) : payloadsIn(result);
  return payloads && { payloads, status: statusOf(errors) };
}
