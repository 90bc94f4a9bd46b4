import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Batch } from '../events/event.ts';
import { encodeFeedCursor } from '../events/feed-cursor.ts';
import { finishErrors } from '../pipeline/failures.ts';
import { operationContext, type OperationContext } from '../pipeline/operation-context.ts';
import { jittered, sleep } from '../time/sleep.ts';
import { serialise, type Payload, type PayloadRequest } from './payload-stream.ts';

/** How long executions share their reads, in milliseconds: a removed digest must not be shown for longer. */
const SHARED_MS = 1_000;
const TRIES = 10;
const RETRY_MS = 1_000;
/** The caller of an execution. The payload goes to many callers, so it has the rights of none of them. */
const NOBODY = { admin: 'unset' } as const;

/** The part of Envelop that is used here. Its own types are `any`. */
export type GetEnveloped = (context: OperationContext) => {
  readonly schema: GraphQLSchema;
  readonly contextFactory: () => unknown;
  readonly execute: (args: ExecutionArgs) => Promise<ExecutionResult> | ExecutionResult;
};

/** Executes subscriptions for their batches, through the same pipeline as every other operation. */
export class BatchExecutor {
  readonly #getEnveloped: GetEnveloped;
  readonly #log: Logger;
  // Executions at the same position of the feed share a context and thereby its reads: a thousand executions
  // take a few statements.
  readonly #contexts = new LRUCache<number, OperationContext>({ max: 1, ttl: SHARED_MS });

  constructor(getEnveloped: GetEnveloped, log: Logger) {
    this.#getEnveloped = getEnveloped;
    this.#log = log;
  }

  /**
   * Executes a subscription for a batch. `head` is the position of the feed, at least that of the batch. A
   * failure is retried, because the store may be unavailable for a moment: if the batch were skipped, the
   * cursor of the next one would be after its events. Rejects after the last try, which ends the
   * subscription.
   */
  async execute(request: PayloadRequest, batch: Batch, head: number): Promise<Payload> {
    for (let tries = 1; ; tries += 1) {
      const context = this.#contextAt(head);
      const result = await this.#executeOnce(request, batch, context);
      if (result.data) {
        finishErrors(result, context.requestId, this.#log);
        const cursor = encodeFeedCursor(batch.epoch, batch.position);
        return { bytes: serialise(result), cursor, retryable: false };
      }
      const failure = result.errors?.[0];
      // The next try would take too long as well. The client can resume from its last cursor.
      if (failure?.extensions['code'] === 'TIMEOUT' || tries === TRIES)
        throw failure ?? new Error('expected data');
      this.#contexts.delete(head);
      await sleep(jittered(RETRY_MS));
    }
  }

  async #executeOnce(
    { document, operationName, variableValues }: PayloadRequest,
    batch: Batch,
    context: OperationContext,
  ): Promise<ExecutionResult> {
    const { schema, contextFactory, execute } = this.#getEnveloped(context);
    if (context.resolverContext === undefined) await contextFactory();
    return await execute({
      schema,
      document,
      operationName,
      variableValues,
      contextValue: context,
      // A subscription has one root field, which resolves to this.
      rootValue: batch,
    });
  }

  #contextAt(head: number): OperationContext {
    const context = this.#contexts.get(head) ?? operationContext(NOBODY, '');
    this.#contexts.set(head, context, { noUpdateTTL: true });
    return context;
  }
}
