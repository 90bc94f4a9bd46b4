import { randomUUID } from 'node:crypto';
import { createSourceEventStream, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Batch } from '../events/event.ts';
import type { Feed } from '../feed/live-feed.ts';
import { Subscription } from '../feed/subscription.ts';
import { refused } from '../graphql/errors.ts';
import { finishErrors, maskError } from '../pipeline/failures.ts';
import { placeVariables } from '../pipeline/input-places.ts';
import { resolverContextOf, type OperationPlugin } from '../pipeline/operation-context.ts';
import { BatchExecutor, type GetEnveloped } from './batch-executor.ts';
import { payloadKey } from './payload-key.ts';
import { resultWithPayloads } from './payload-result.ts';
import {
  BatchPayloads,
  errorPayload,
  type Payload,
  type PayloadMaker,
  type PayloadRequest,
} from './payload-stream.ts';

/** Total size in bytes of the payloads that are kept for subscribers that have not taken them yet. */
const KEPT_BYTES = 32_000_000;
/** How long a payload is kept, in milliseconds: a removed digest must not be shown for longer. */
const KEPT_MS = 1_000;
/** How many requests are kept for subscribers to come. */
const REQUESTS_KEPT = 100;

/**
 * A plugin that subscribes to the feed. All subscribers with the same document, variables and batch share one
 * execution and one serialised payload. Variables that only select the batch may differ.
 */
export function useSharedPayloads(feed: Feed, log: Logger): OperationPlugin {
  let shared: SharedPayloads | undefined;
  // Idle subscribers with the same key hold one object. Each of their requests makes the same payload.
  const requests = new LRUCache<string, PayloadRequest>({ max: REQUESTS_KEPT });
  const shareRequest = (args: ExecutionArgs): PayloadRequest => {
    const key = payloadKey(args);
    const request = requests.get(key) ?? requestOf(args, key);
    requests.set(key, request);
    return request;
  };
  return {
    onYogaInit: ({ yoga }) => {
      shared = new SharedPayloads(feed, yoga.getEnveloped, log);
    },
    onSubscribe: ({ context, setSubscribeFn }) => {
      setSubscribeFn(async (args: ExecutionArgs): Promise<ExecutionResult> => {
        const source = await createSourceEventStream({ ...args, contextValue: resolverContextOf(context) });
        if (source instanceof Subscription && shared !== undefined)
          return resultWithPayloads(new BatchPayloads(source, shareRequest(args), shared));
        if (isAsyncIterable(source)) throw new Error('expected a subscription to the feed');
        return { errors: placeVariables(args, source.errors ?? []) };
      });
    },
  };
}

function requestOf({ document, operationName, variableValues }: ExecutionArgs, key: string): PayloadRequest {
  return { document, operationName, variableValues, key };
}

/** Makes each payload once, and keeps it for a moment. */
class SharedPayloads implements PayloadMaker {
  readonly #feed: Feed;
  readonly #executor: BatchExecutor;
  readonly #log: Logger;
  readonly #made = new LRUCache<string, Payload>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ bytes }) => bytes.length,
    ttl: KEPT_MS,
  });
  readonly #making = new Map<string, Promise<Payload>>();

  constructor(feed: Feed, getEnveloped: GetEnveloped, log: Logger) {
    this.#feed = feed;
    this.#executor = new BatchExecutor(getEnveloped, log);
    this.#log = log;
  }

  make(request: PayloadRequest, batch: Batch): Payload | Promise<Payload> {
    // A payload shows the current state of papers, so it is not used again once the feed has new events.
    const head = Math.max(this.#feed.head(), batch.position);
    const name = `${request.key} ${head} ${batch.key}`;
    const known = this.#made.get(name) ?? this.#making.get(name);
    if (known !== undefined) return known;
    const payload = this.#keep(name, this.#executor.execute(request, batch, head));
    this.#making.set(name, payload);
    return payload;
  }

  fail(error: unknown): Payload {
    const errors = [maskError(refused(error))];
    finishErrors({ errors }, randomUUID(), this.#log);
    return errorPayload(errors);
  }

  async #keep(name: string, making: Promise<Payload>): Promise<Payload> {
    try {
      const payload = await making;
      this.#made.set(name, payload);
      return payload;
    } finally {
      this.#making.delete(name);
    }
  }
}
