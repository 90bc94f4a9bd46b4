import { randomUUID } from 'node:crypto';
import type { GraphQLError, ExecutionResult, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Feed } from '../feed/feed.ts';
import type { CreateContext } from '../graphql/context.ts';
import { finishErrors, maskError } from '../http/mask-errors.ts';
import { operationPreparer, type PrepareOperation } from './operation.ts';
import { payloadSubscriber, type SubscribePayloads } from './payload.ts';

/** What WebSockets and event streams share. */
export interface LiveOperations {
  readonly prepare: PrepareOperation;
  readonly subscribe: SubscribePayloads;
  /** Makes a result's errors fit to be seen, and logs what is hidden. */
  readonly finish: (result: ExecutionResult) => ExecutionResult;
}

interface LiveOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: CreateContext;
  readonly feed: Feed;
  readonly log: Logger;
}

/** Runs subscriptions on the feed. */
export function liveOperations({ schema, createContext, feed, log }: LiveOptions): LiveOperations {
  const finish = (result: ExecutionResult): ExecutionResult => {
    if (result.errors === undefined) return result;
    const errors = result.errors.map((error) => maskError(error) as GraphQLError);
    const finished = { ...result, errors };
    finishErrors(finished, randomUUID(), log);
    // A status line means nothing here.
    for (const { extensions } of errors) delete extensions['http'];
    return finished;
  };
  const subscribe = payloadSubscriber({ schema, createContext: () => createContext(), feed, finish });
  return { prepare: operationPreparer(schema), subscribe, finish };
}
