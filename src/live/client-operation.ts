import type { SubscribePayload } from 'graphql-ws';
import type { GraphQLParams } from 'graphql-yoga';
import type { Lifetime } from '../pipeline/lifetime.ts';
import type { Delivery } from './delivery.ts';

/** An operation of a client. The object is its identity: clients may reuse an id after `complete`. */
export class ClientOperation {
  readonly id: string;
  /** Set once a subscription has started. */
  delivery: Delivery | undefined = undefined;
  /** Until the operation is answered. */
  lifetime: Lifetime | undefined = undefined;
  #onAnswered: (() => void) | undefined;

  constructor(id: string, onAnswered: () => void) {
    this.id = id;
    this.#onAnswered = onAnswered;
  }

  /** Ends what runs for the operation. */
  leave(): void {
    this.lifetime?.leave();
    this.delivery?.close();
    this.answered();
  }

  /** Tells the socket that the operation is answered, or that the client no longer waits for an answer. */
  answered(): void {
    this.#onAnswered?.();
    // A subscription keeps this object for hours.
    this.#onAnswered = undefined;
    this.lifetime = undefined;
  }
}

/** The parameters of an operation in the form that they have over HTTP: absent rather than null. */
export function paramsOf({ query, operationName, variables, extensions }: SubscribePayload): GraphQLParams {
  return {
    query,
    ...(operationName && { operationName }),
    ...(variables && { variables }),
    ...(extensions && { extensions }),
  };
}
