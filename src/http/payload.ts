import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Batch } from '../feed/event.ts';
import { encodeFeedCursor } from '../feed/feed-cursor.ts';
import type { Feed } from '../feed/feed.ts';
import { executeOperation } from '../graphql/execute.ts';
import type { Context } from '../graphql/context.ts';
import { refused } from '../graphql/errors.ts';
import { audienceOf } from './audience.ts';

/** A result as JSON, made once for all who get it. */
export interface Payload {
  /** An ExecutionResult. */
  readonly json: string;
  /** Resumes after it; undefined for an error that ends the stream. */
  readonly cursor: string | undefined;
}

/** A subscription's payloads; or why it could not be made. */
export type SubscribePayloads = (
  args: ExecutionArgs,
) => Promise<AsyncIterableIterator<Payload> | ExecutionResult>;

/** What payloads are made with. */
export interface PayloadOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: () => Context;
  readonly feed: Feed;
  /** Makes a result's errors fit to be seen. */
  readonly finish: (result: ExecutionResult) => ExecutionResult;
}

/** Characters of payloads that are kept for those who have yet to get them. */
const CHARACTERS_KEPT = 32_000_000;
/** What a removal took away is not shown for longer, in milliseconds. */
const KEPT_MS = 1_000;

/**
 * Subscribes with one execution and one serialised payload for all subscribers with the same document, variables and
 * batch; variables that only choose the batch do not tell them apart.
 */
export function payloadSubscriber(options: PayloadOptions): SubscribePayloads {
  const makePayload = payloadMaker(options);
  return async (args) => {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return options.finish(source);
    const batches = source as AsyncIterableIterator<Batch>;
    const who = audienceOf(args);
    return payloads(batches, async (batch) => await makePayload(args, who, batch), options.finish);
  };
}

type MakePayload = (args: ExecutionArgs, audience: string, batch: Batch) => Promise<Payload>;

function payloadMaker({ schema, createContext, feed, finish }: PayloadOptions): MakePayload {
  const made = new LRUCache<string, Payload>({
    maxSize: CHARACTERS_KEPT,
    sizeCalculation: ({ json }) => json.length,
    ttl: KEPT_MS,
  });
  const making = new Map<string, Promise<Payload>>();
  const contexts = new LRUCache<number, Context>({ max: 1, ttl: KEPT_MS });
  // Executions of one moment share their reads, so that a thousand of them are a few statements.
  const contextAt = (head: number): Context => {
    const context = contexts.get(head) ?? createContext();
    contexts.set(head, context, { noUpdateTTL: true });
    return context;
  };
  const make = async ({ document, operationName, variableValues }: ExecutionArgs, batch: Batch) => {
    const result = await executeOperation({
      schema,
      document,
      operationName: operationName ?? null,
      variableValues: variableValues ?? null,
      // A subscription has one root field, whose value this is.
      rootValue: batch,
      contextValue: contextAt(feed.head()),
    });
    return { json: JSON.stringify(finish(result)), cursor: encodeFeedCursor(batch.epoch, batch.position) };
  };
  return async (args, audience, batch) => {
    // A paper is sent as it stands: what was made before the feed moved is made again.
    const name = `${audience} ${feed.head()} ${batch.key}`;
    const known = made.get(name) ?? making.get(name);
    if (known !== undefined) return await known;
    const payload = make(args, batch);
    making.set(name, payload);
    try {
      const done = await payload;
      made.set(name, done);
      return done;
    } finally {
      making.delete(name);
    }
  };
}

/** Not an async generator: `return()` must not wait for the `next()` that waits for news. */
function payloads(
  batches: AsyncIterableIterator<Batch>,
  make: (batch: Batch) => Promise<Payload>,
  finish: PayloadOptions['finish'],
): AsyncIterableIterator<Payload> {
  const done = { done: true, value: undefined } as const;
  let ended = false;
  const stream = {
    [Symbol.asyncIterator]: () => stream,
    next: async (): Promise<IteratorResult<Payload, undefined>> => {
      if (ended) return done;
      try {
        const next = await batches.next();
        if (next.done === true) return done;
        return { done: false, value: await make(next.value) };
      } catch (error) {
        // The stream ends with the reason, as a result like any other.
        ended = true;
        await batches.return?.();
        const json = JSON.stringify(finish({ errors: [refused(error)] }));
        return { done: false, value: { json, cursor: undefined } };
      }
    },
    return: async (): Promise<IteratorResult<Payload, undefined>> => {
      ended = true;
      await batches.return?.();
      return done;
    },
    throw: async (error: unknown): Promise<never> => {
      ended = true;
      await batches.return?.();
      throw error;
    },
  };
  return stream;
}
