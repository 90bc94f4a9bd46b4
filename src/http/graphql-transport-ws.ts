import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { CloseCode, makeServer, type Server, type SubscribePayload, type WebSocket } from 'graphql-ws';
import { executeOperation } from '../graphql/execute.ts';
import type { Context } from '../graphql/context.ts';
import type { PrepareOperation } from './operation.ts';
import { Delivery } from './delivery.ts';
import type { PayloadStream } from './payload-stream.ts';
import type { SubscribePayloads } from './payload.ts';
import type { Peer } from './peer.ts';
import { Turns } from './turns.ts';

/** How operations that come over sockets are run. */
export interface ProtocolOptions {
  readonly prepare: PrepareOperation;
  /** Throws a GraphQLError for a query or variables that are not looked at. */
  readonly checkParams: (params: SubscribePayload) => void;
  /** Context of one operation. */
  readonly createContext: (authorization: unknown) => Context;
  readonly subscribe: SubscribePayloads;
  /** Makes a result's errors fit to be seen. */
  readonly finish: (result: ExecutionResult) => ExecutionResult;
}

/** Connects an open socket with the protocol. `authorization`: the header that it came with. */
export type Attend = (peer: Peer, authorization: string | undefined) => void;

const INIT_MS = 10_000;
const OPERATIONS_PER_SOCKET = 50;
const LONGEST_ID = 128;

/** What is kept of a socket; all of its request would be kilobytes. */
interface Extra {
  readonly peer: Peer;
  readonly authorization: string | undefined;
  /** graphql-ws forgets a subscription whose id is used again, and would not end it with the socket. */
  readonly deliveries: Set<Delivery>;
}

/** The protocol graphql-transport-ws. A message is only made when the socket has taken the last one. */
export function graphqlTransportWs(options: ProtocolOptions): Attend {
  const protocol = protocolServer(options);
  return (peer, authorization) => {
    const deliveries = new Set<Delivery>();
    const closed = protocol.opened(new Wire(peer), { peer, authorization, deliveries });
    peer.socket.on('close', (code, reason) => {
      for (const delivery of deliveries) delivery.close();
      void closed(code, reason.toString());
    });
  };
}

/** A socket, as graphql-ws sees it. */
class Wire implements WebSocket {
  readonly #peer: Peer;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  get protocol(): string {
    return this.#peer.socket.protocol;
  }

  async send(message: string): Promise<void> {
    await new Promise<void>((resolve) => this.#peer.send(message, resolve));
  }

  close(code: number, reason: string): void {
    this.#peer.socket.close(code, reason);
  }

  onMessage(take: (message: string) => Promise<void>): void {
    this.#peer.socket.on('message', (data: Buffer) => {
      take(data.toString()).catch(() => this.close(CloseCode.InternalServerError, 'internal error'));
    });
  }
}

function protocolServer(options: ProtocolOptions): Server<Extra> {
  const { prepare, checkParams, createContext, subscribe, finish } = options;
  const turns = new Turns();
  return makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: INIT_MS,
    onConnect: (context) => {
      // All of it would be kept as long as the socket.
      const { authorization } = context.connectionParams ?? {};
      (context as { connectionParams?: object }).connectionParams = { authorization };
    },
    onSubscribe: ({ subscriptions, extra, connectionParams }, id, payload) => {
      const running = Math.max(Object.keys(subscriptions).length, extra.deliveries.size);
      const refusal = refuse(id, running, payload, checkParams);
      if (refusal !== undefined) return finish({ errors: [refusal] }).errors ?? [];
      const operation = prepare(payload);
      if (!('document' in operation)) return operation;
      // graphql-ws keeps the message as long as the subscription.
      Object.assign(payload, { query: '' });
      // A browser cannot set headers on a WebSocket; what it says as it connects stands for them.
      const contextValue = createContext(extra.authorization ?? connectionParams?.['authorization']);
      // Spread, or added to later, each of these objects would have a hidden class of its own.
      const { schema, document, operationName, variableValues } = operation;
      return { schema, document, operationName, variableValues, contextValue, rootValue: undefined };
    },
    execute: async (args: ExecutionArgs) => finish(await executeOperation(args)),
    // What it gives is sent by `Delivery`.
    subscribe: subscribe as never,
    onOperation: (...[{ extra }, id, , , result]) =>
      'take' in result ? deliver(result as unknown as PayloadStream, { ...extra, id, turns }) : undefined,
  });
}

function deliver(payloads: PayloadStream, to: Extra & { id: string; turns: Turns }): Delivery {
  const { peer, deliveries } = to;
  const delivery = new Delivery(payloads, { ...to, onEnd: (ended) => deliveries.delete(ended) });
  // Many that were on their way at once may come through together.
  if (!peer.isOpen || deliveries.size > OPERATIONS_PER_SOCKET) {
    delivery.close();
    return delivery;
  }
  deliveries.add(delivery);
  return delivery;
}

function refuse(
  id: string,
  running: number,
  payload: SubscribePayload,
  checkParams: ProtocolOptions['checkParams'],
): GraphQLError | undefined {
  try {
    checkParams(payload);
  } catch (error) {
    return error as GraphQLError;
  }
  if (running > OPERATIONS_PER_SOCKET) {
    const message = `expected at most ${OPERATIONS_PER_SOCKET} operations at once on a socket`;
    return new GraphQLError(message, { extensions: { code: 'RATE_LIMITED', retryAfterMs: 1_000 } });
  }
  if (id.length <= LONGEST_ID) return undefined;
  const message = `id: expected at most ${LONGEST_ID} characters`;
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
