import { GraphQLError, OperationTypeNode, type ExecutionArgs, type ExecutionResult } from 'graphql';
import {
  CloseCode,
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  MessageType,
  parseMessage,
  type Message,
  type SubscribeMessage,
  type SubscribePayload,
} from 'graphql-ws';
import { executeOperation } from '../graphql/execute.ts';
import type { Context } from '../graphql/context.ts';
import type { Operation, PrepareOperation } from './operation.ts';
import { Delivery } from './delivery.ts';
import type { PayloadStream } from './payload-stream.ts';
import type { SubscribePayloads } from './payload.ts';
import type { MonitoredSocket } from './monitored-socket.ts';
import { FairQueue } from './fair-queue.ts';

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
export type Attend = (peer: MonitoredSocket, authorization: string | undefined) => void;

const INIT_MS = 10_000;
const OPERATIONS_PER_SOCKET = 50;
const LONGEST_ID = 128;

/** The protocol graphql-transport-ws. A message is only made when the socket has taken the last one. */
export function graphqlTransportWs(options: ProtocolOptions): Attend {
  const shared = { ...options, queue: new FairQueue() };
  return (peer, authorization) => new Connection(peer, authorization, shared).open();
}

type Shared = ProtocolOptions & { readonly queue: FairQueue };

/** One operation of a client. Its messages are sent as long as no other has its id: clients use an id again at once. */
class Running {
  readonly id: string;
  /** Of a subscription that has begun. */
  delivery: Delivery | undefined = undefined;
  /** Of a query or mutation: the socket need not stay open for it any more. */
  forget: (() => void) | undefined = undefined;

  constructor(id: string) {
    this.id = id;
  }
}

/** One socket. Little is kept of it, as there may be tens of thousands. */
class Connection {
  readonly #peer: MonitoredSocket;
  readonly #shared: Shared;
  /** The header of the handshake, else what the client says as it connects: browsers set no headers on a WebSocket. */
  #authorization: unknown;
  #late: NodeJS.Timeout | undefined;
  #acknowledged = false;
  /** What the client waits for, by id. */
  readonly #operations = new Map<string, Running>();
  /** Operations that have not ended, those included that the client waits for no more. */
  #working = 0;

  constructor(peer: MonitoredSocket, authorization: string | undefined, shared: Shared) {
    this.#peer = peer;
    this.#shared = shared;
    this.#authorization = authorization;
  }

  open(): void {
    const { socket } = this.#peer;
    if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
      this.#close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
      return;
    }
    this.#late = setTimeout(
      () => this.#close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout'),
      INIT_MS,
    );
    socket.on('message', (data: Buffer) => this.#receive(data.toString()));
    socket.on('close', () => this.#leave());
  }

  #receive(text: string): void {
    let message: Message;
    try {
      message = parseMessage(text);
    } catch {
      this.#close(CloseCode.BadRequest, 'Invalid message received');
      return;
    }
    if (message.type === MessageType.ConnectionInit) this.#acknowledge(message.payload?.['authorization']);
    else if (message.type === MessageType.Ping)
      this.#send({ type: MessageType.Pong, payload: message.payload });
    else if (message.type === MessageType.Subscribe) this.#begin(message);
    else if (message.type === MessageType.Complete) this.#abandon(message.id);
    else if (message.type !== MessageType.Pong)
      this.#close(CloseCode.BadRequest, `Unexpected message of type ${message.type}`);
  }

  #acknowledge(authorization: unknown): void {
    if (this.#acknowledged) {
      this.#close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
      return;
    }
    clearTimeout(this.#late);
    this.#authorization ??= authorization;
    this.#acknowledged = true;
    this.#send({ type: MessageType.ConnectionAck });
  }

  #begin({ id, payload }: SubscribeMessage): void {
    if (!this.#acknowledged) {
      this.#close(CloseCode.Unauthorized, 'Unauthorized');
      return;
    }
    if (this.#operations.has(id)) {
      this.#close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id.slice(0, 80)} already exists`);
      return;
    }
    const running = new Running(id);
    this.#operations.set(id, running);
    this.#working += 1;
    this.#run(running, payload).catch(() => this.#close(CloseCode.InternalServerError, 'internal error'));
  }

  async #run(running: Running, payload: SubscribePayload): Promise<void> {
    const { prepare, createContext, subscribe, finish } = this.#shared;
    const refusal = this.#refusalOf(running, payload);
    const operation = refusal === undefined ? prepare(payload) : finish({ errors: [refusal] }).errors;
    if (operation === undefined || !('document' in operation)) {
      this.#answer(running, { id: running.id, type: MessageType.Error, payload: operation });
      this.#end(running);
      return;
    }
    const args = argsOf(operation, createContext(this.#authorization));
    if (operation.type === OperationTypeNode.SUBSCRIPTION) {
      this.#deliver(running, await subscribe(args));
      return;
    }
    running.forget = this.#peer.keepOpen();
    const result = finish(await executeOperation(args));
    this.#answer(running, { id: running.id, type: MessageType.Next, payload: result });
    this.#complete(running);
  }

  #refusalOf({ id }: Running, payload: SubscribePayload): GraphQLError | undefined {
    try {
      this.#shared.checkParams(payload);
    } catch (error) {
      return error as GraphQLError;
    }
    if (this.#working > OPERATIONS_PER_SOCKET) {
      const message = `expected at most ${OPERATIONS_PER_SOCKET} operations at once on a socket`;
      return new GraphQLError(message, { extensions: { code: 'RATE_LIMITED', retryAfterMs: 1_000 } });
    }
    if (id.length <= LONGEST_ID) return undefined;
    const message = `id: expected at most ${LONGEST_ID} characters`;
    return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
  }

  #deliver(running: Running, payloads: PayloadStream): void {
    if (!this.#isWaitedFor(running)) {
      payloads.close();
      this.#end(running);
      return;
    }
    const { queue } = this.#shared;
    const onEnd = (): void => this.#complete(running);
    running.delivery = new Delivery(payloads, { peer: this.#peer, id: running.id, queue, onEnd });
    running.delivery.start();
  }

  /** The client waits no more. */
  #abandon(id: string): void {
    const running = this.#operations.get(id);
    this.#operations.delete(id);
    running?.delivery?.close();
    running?.forget?.();
  }

  #complete(running: Running): void {
    this.#answer(running, { id: running.id, type: MessageType.Complete });
    this.#end(running);
  }

  #end(running: Running): void {
    running.forget?.();
    this.#working -= 1;
    if (this.#isWaitedFor(running)) this.#operations.delete(running.id);
  }

  #leave(): void {
    clearTimeout(this.#late);
    for (const id of this.#operations.keys()) this.#abandon(id);
  }

  #isWaitedFor(running: Running): boolean {
    return this.#operations.get(running.id) === running;
  }

  #answer(running: Running, message: object): void {
    if (this.#isWaitedFor(running)) this.#send(message);
  }

  #send(message: object): void {
    this.#peer.send(JSON.stringify(message), ignore);
  }

  #close(code: CloseCode, reason: string): void {
    this.#peer.socket.close(code, reason);
  }
}

// Spread, or added to later, each of these objects would have a hidden class of its own.
function argsOf(
  { schema, document, operationName, variableValues }: Operation,
  contextValue: Context,
): ExecutionArgs {
  return { schema, document, operationName, variableValues, contextValue, rootValue: undefined };
}

function ignore(): void {}
