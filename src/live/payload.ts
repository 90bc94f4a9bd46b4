import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { setTimeout as delay } from 'node:timers/promises';
import type { Batch } from '../events/event.ts';
import { encodeFeedCursor } from '../events/feed-cursor.ts';
import type { Feed } from '../feed/feed.ts';
import { Subscription } from '../feed/subscription.ts';
import { executeOperation } from '../graphql/execute.ts';
import type { Context } from '../graphql/context.ts';
import { placeVariables } from '../graphql/input-places.ts';
import { payloadKey } from './payload-key.ts';
import {
  BatchPayloads,
  bytesOf,
  only,
  type Asked,
  type Payload,
  type PayloadMaker,
  type PayloadStream,
} from './payload-stream.ts';

/** Subscribes; where that cannot be, the stream has one payload that says why. */
export type SubscribePayloads = (args: ExecutionArgs) => Promise<PayloadStream>;

/** What payloads are made with. */
export interface PayloadOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: () => Context;
  readonly feed: Feed;
  /** Makes a result's errors fit to be seen. */
  readonly finish: (result: ExecutionResult) => ExecutionResult;
}

/** Bytes of payloads that are kept for those who have yet to get them. */
const BYTES_KEPT = 32_000_000;
/** What a removal took away is not shown for longer, in milliseconds. */
const KEPT_MS = 1_000;

/**
 * Subscribes with one execution and one serialised payload for all subscribers with the same document, variables and
 * batch; variables that only choose the batch do not tell them apart.
 */
export function payloadSubscriber(options: PayloadOptions): SubscribePayloads {
  const shared = new SharedPayloads(options, executor(options));
  return async (args) => {
    const source = await createSourceEventStream(args);
    // The schema's subscriptions are all of the feed.
    if (!(source instanceof Subscription)) {
      const { errors = [] } = source as ExecutionResult;
      return only(shared.finish({ errors: placeVariables(args, errors) }));
    }
    return new BatchPayloads(source, { args, audience: payloadKey(args) }, shared);
  };
}

/** Executes for a batch. `head`: of the feed, at least the batch's position. */
type Execute = (args: ExecutionArgs, batch: Batch, head: number) => Promise<Payload>;

/** Payloads of this moment, each made once. */
class SharedPayloads implements PayloadMaker {
  readonly finish: PayloadMaker['finish'];
  readonly #feed: Feed;
  readonly #execute: Execute;
  readonly #made = new LRUCache<string, Payload>({
    maxSize: BYTES_KEPT,
    sizeCalculation: ({ bytes }) => bytes.length,
    ttl: KEPT_MS,
  });
  readonly #making = new Map<string, Promise<Payload>>();

  constructor({ feed, finish }: PayloadOptions, execute: Execute) {
    this.finish = finish;
    this.#feed = feed;
    this.#execute = execute;
  }

  make({ args, audience }: Asked, batch: Batch): Payload | Promise<Payload> {
    // A paper is sent as it stands: what was made before the feed moved is made again.
    const head = Math.max(this.#feed.head(), batch.position);
    const name = `${audience} ${head} ${batch.key}`;
    const known = this.#made.get(name) ?? this.#making.get(name);
    if (known !== undefined) return known;
    const payload = this.#keep(name, this.#execute(args, batch, head));
    this.#making.set(name, payload);
    return payload;
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

const TRIES = 10;
const RETRY_MS = 1_000;

/**
 * Executes a subscription for a batch. What has no data would be lost, as the next batch's cursor stands behind it: it is tried
 * again while the store is away for a moment, and rejects where it stays so.
 */
function executor({ schema, createContext, finish }: PayloadOptions): Execute {
  const contexts = new LRUCache<number, Context>({ max: 1, ttl: KEPT_MS });
  // Executions of one moment share their reads, so that a thousand of them are a few statements.
  const contextAt = (head: number): Context => {
    const context = contexts.get(head) ?? createContext();
    contexts.set(head, context, { noUpdateTTL: true });
    return context;
  };
  return async ({ document, operationName, variableValues }, batch, head) => {
    for (let tries = 1; ; tries += 1) {
      const result = await executeOperation({
        schema,
        document,
        operationName: operationName ?? null,
        variableValues: variableValues ?? null,
        // A subscription has one root field, whose value this is.
        rootValue: batch,
        contextValue: contextAt(head),
      });
      if (result.data)
        return { bytes: bytesOf(finish(result)), cursor: encodeFeedCursor(batch.epoch, batch.position) };
      const failure = result.errors?.[0];
      // What took too long would again; with its cursor a client tries it as often as it likes.
      if (failure?.extensions['code'] === 'TIMEOUT' || tries === TRIES)
        throw failure ?? new Error('expected data');
      contexts.delete(head);
      await delay(RETRY_MS * (0.5 + Math.random()));
    }
  };
}
