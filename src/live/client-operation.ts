import { MessageType, parseMessage, type Message, type SubscribePayload } from 'graphql-ws';
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

/** The payload of a message `subscribe`, which may name its document instead of containing it. */
export type OperationPayload = SubscribePayload & { readonly documentId?: unknown };

interface NamedDocument {
  readonly type?: unknown;
  readonly payload?: { query?: unknown; readonly documentId?: unknown; readonly extensions?: unknown } | null;
}

/**
 * Parses a message. Throws if it is malformed. graphql-ws requires a text in `query`, which an operation that
 * names its document does not have.
 */
export function readMessage(text: string): Message {
  const message = JSON.parse(text) as NamedDocument | null;
  const payload = message?.type === MessageType.Subscribe ? message.payload : undefined;
  if (payload && (payload.documentId ?? payload.extensions) !== undefined) payload.query ??= '';
  return parseMessage(message);
}

/** The parameters of an operation in the form that they have over HTTP: absent rather than null. */
export function paramsOf(payload: OperationPayload): GraphQLParams {
  const { query, documentId, operationName, variables, extensions } = payload;
  return {
    query,
    ...(documentId !== undefined && documentId !== null && { documentId }),
    ...(operationName && { operationName }),
    ...(variables && { variables }),
    ...(extensions && { extensions }),
  };
}
