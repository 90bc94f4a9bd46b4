import { randomUUID } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';
import type { Caller, Context } from '../graphql/context.ts';
import type { Cost } from './cost.ts';
import type { Lifetime } from './lifetime.ts';

/** The context of an operation in the pipeline, whatever its transport. Plugins of Envelop see it. */
export interface OperationContext extends Record<string, unknown> {
  readonly caller: Caller;
  /** Identifies the client, for limits: its address or network. */
  readonly client: string;
  readonly transport: Transport;
  /** Identifies the operation in the log and in masked errors. */
  readonly requestId: string;
  /** The operation, once its document is parsed. */
  readonly operation?: ParsedOperation;
  /** Whether execution has begun. Until then an error is about the operation as a whole. */
  readonly executing?: boolean;
  /** Ends the operation when its client leaves. Absent if nobody waits for it alone. */
  readonly lifetime?: Lifetime;
  /** What the operation costs, once it is known that it may run. */
  readonly cost?: Cost;
  /** Ends the turn of an expensive operation. */
  readonly endTurn?: () => void;
  /** The context of the schema's resolvers. Built after validation. */
  readonly resolverContext?: Context;
}

/** An operation, as its document describes it. */
export interface ParsedOperation {
  readonly type: string;
  readonly name: string | undefined;
  /** Identifies the document in the log. */
  readonly hash: string;
}

/** How an operation came: `events` accepts server-sent events. */
type Transport = 'http' | 'events' | 'websocket';

/** A plugin of Yoga or Envelop in the pipeline. */
export type OperationPlugin = Plugin<OperationContext, OperationContext>;

/** The context of an operation of a WebSocket that is about to enter the pipeline. */
export function operationContext(caller: Caller, client: string, lifetime?: Lifetime): OperationContext {
  return {
    caller,
    client,
    requestId: randomUUID(),
    transport: 'websocket',
    ...(lifetime && { lifetime }),
  };
}

/** `extensions` of the answer to a query or mutation. */
export function extensionsOf({ cost }: OperationContext): { readonly extensions?: { readonly cost: Cost } } {
  return cost === undefined ? {} : { extensions: { cost } };
}

/** The context for the resolvers of an operation. Throws before the pipeline has built it. */
export function resolverContextOf({ resolverContext }: OperationContext): Context {
  if (resolverContext === undefined) throw new Error('expected the context for resolvers');
  return resolverContext;
}
