import type { ExecutionResult, GraphQLError } from 'graphql';
import {
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  MessageType,
  type Message,
  type SubscribeMessage,
  type SubscribePayload,
} from 'graphql-ws';
import { CLOSE_CODES, idInUse, type CloseCodeEntry } from '../errors/close-codes.ts';
import type { Caller } from '../graphql/context.ts';
import { clientError } from '../graphql/errors.ts';
import type { Limits } from '../limits/limits.ts';
import { formatErrors } from '../pipeline/failures.ts';
import { Lifetime } from '../pipeline/lifetime.ts';
import { extensionsOf, operationContext } from '../pipeline/operation-context.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { ClientOperation, paramsOf, readMessage } from './client-operation.ts';
import { Delivery } from './delivery.ts';
import { FairQueue } from './fair-queue.ts';
import type { MonitoredSocket } from './monitored-socket.ts';
import { payloadsIn } from './payload-result.ts';
import type { PayloadStream } from './payload-stream.ts';

/** How operations of sockets run. */
export interface ProtocolOptions {
  readonly pipeline: Pipeline;
  /** Identifies the caller by the value of an `authorization` header. */
  readonly callerOf: (authorization: unknown) => Caller;
  readonly limits: Limits;
}

/** What the handshake of a socket says about its client. */
interface Handshake {
  /** The header of this name. */
  readonly authorization: string | undefined;
  /** Identifies the client, for limits. */
  readonly client: string;
}

/** Runs the protocol on an open socket. */
export type ServeSocket = (socket: MonitoredSocket, handshake: Handshake) => void;

/** The longest id of an operation, in UTF-16 code units. */
export const ID_CHARACTERS = 128;
/** The longest message `ping`, whose payload is sent back, in UTF-16 code units. */
export const PING_CHARACTERS = 1_000;
/** How long a client should wait before it retries a rate-limited operation, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** Serves the protocol graphql-transport-ws. */
export function graphqlTransportWs(options: ProtocolOptions): ServeSocket {
  const shared = { ...options, queue: new FairQueue() };
  return (socket, handshake) => new Connection(socket, handshake, shared).open();
}

type Shared = ProtocolOptions & { readonly queue: FairQueue };

const NONE: readonly ClientOperation[] = [];

/** One socket. Has few fields, because there may be tens of thousands of idle sockets. */
class Connection {
  readonly #socket: MonitoredSocket;
  readonly #shared: Shared;
  readonly #client: string;
  /** From the handshake, else from `connection_init`: browsers set no headers on a WebSocket. */
  #authorization: unknown;
  #initTimeout: NodeJS.Timeout | undefined;
  #acknowledged = false;
  /** The operations that the client waits for. Few, and usually one: a map would take more memory. */
  #operations: readonly ClientOperation[] = NONE;
  /** Operations that still run, including those that the client has completed. */
  #running = 0;

  constructor(socket: MonitoredSocket, { authorization, client }: Handshake, shared: Shared) {
    this.#socket = socket;
    this.#client = client;
    this.#shared = shared;
    this.#authorization = authorization;
  }

  open(): void {
    const { socket } = this.#socket;
    if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
      this.#close(CLOSE_CODES.SUBPROTOCOL);
      return;
    }
    const { connectionInitMs } = this.#shared.limits;
    this.#initTimeout = setTimeout(() => this.#close(CLOSE_CODES.INIT_TIMEOUT), connectionInitMs);
    socket.on('message', (data: Buffer) => {
      if (this.#socket.admit()) this.#receive(data.toString());
    });
    socket.on('close', () => this.#onClose());
  }

  #receive(text: string): void {
    let message: Message;
    try {
      message = readMessage(text);
    } catch {
      this.#close(CLOSE_CODES.INVALID_MESSAGE);
      return;
    }
    if (message.type === MessageType.ConnectionInit) this.#acknowledge(message.payload?.['authorization']);
    else if (message.type === MessageType.Ping && text.length <= PING_CHARACTERS)
      this.#send({ type: MessageType.Pong, payload: message.payload });
    else if (message.type === MessageType.Subscribe) this.#begin(message);
    else if (message.type === MessageType.Complete) this.#abandon(message.id);
    else if (message.type !== MessageType.Pong) this.#close(CLOSE_CODES.INVALID_MESSAGE);
  }

  #acknowledge(authorization: unknown): void {
    if (this.#acknowledged) {
      this.#close(CLOSE_CODES.TOO_MANY_INITS);
      return;
    }
    clearTimeout(this.#initTimeout);
    this.#initTimeout = undefined;
    this.#authorization ??= authorization;
    if (this.#shared.callerOf(this.#authorization).reader === 'no') {
      this.#close(CLOSE_CODES.FORBIDDEN);
      return;
    }
    this.#acknowledged = true;
    this.#send({ type: MessageType.ConnectionAck });
  }

  #begin({ id, payload }: SubscribeMessage): void {
    if (!this.#acknowledged) {
      this.#close(CLOSE_CODES.UNAUTHORIZED);
      return;
    }
    if (this.#operationOf(id) !== undefined) {
      this.#close(idInUse(id));
      return;
    }
    const operation = new ClientOperation(id, this.#socket.awaitAnswer());
    // `push` and a spread would reserve places for many more.
    this.#operations = this.#operations.concat(operation);
    this.#running += 1;
    const refusal = this.#refusalOf(id);
    if (refusal === undefined) this.#run(operation, payload).catch(() => this.#close(CLOSE_CODES.INTERNAL));
    else this.#refuse(operation, this.#failed(refusal));
  }

  #refusalOf(id: string): GraphQLError | undefined {
    const { maxOperationsPerSocket } = this.#shared.limits;
    if (this.#running > maxOperationsPerSocket)
      return clientError(
        'RATE_LIMITED',
        `expected at most ${maxOperationsPerSocket} operations at once on a socket`,
        { retryAfterMs: RETRY_AFTER_MS },
      );
    if (id.length <= ID_CHARACTERS) return undefined;
    return clientError('BAD_USER_INPUT', `id: expected at most ${ID_CHARACTERS} characters`);
  }

  /** Counts and logs a refusal like those of the pipeline. */
  #failed(refusal: GraphQLError): readonly GraphQLError[] {
    const { pipeline, callerOf } = this.#shared;
    const context = operationContext(callerOf(this.#authorization), this.#client);
    return pipeline.fail(refusal, context).errors ?? [];
  }

  async #run(operation: ClientOperation, payload: SubscribePayload): Promise<void> {
    const { pipeline, callerOf } = this.#shared;
    operation.lifetime = new Lifetime();
    const context = operationContext(callerOf(this.#authorization), this.#client, operation.lifetime);
    const result = await pipeline.run(paramsOf(payload), context);
    const payloads = payloadsIn(result);
    if (payloads !== undefined) this.#deliver(operation, payloads);
    else if (context.executing === true) this.#answer(operation, { ...result, ...extensionsOf(context) });
    else this.#refuse(operation, result.errors ?? []);
  }

  #deliver(operation: ClientOperation, payloads: PayloadStream): void {
    operation.answered();
    if (!this.#isWaitedFor(operation)) {
      payloads.close();
      this.#end(operation);
      return;
    }
    const { queue } = this.#shared;
    const onEnd = (): void => this.#complete(operation);
    operation.delivery = new Delivery(payloads, { socket: this.#socket, id: operation.id, queue, onEnd });
    operation.delivery.start();
  }

  /** Sends the result of a query or mutation, or the errors of a subscription that could not start. */
  #answer(operation: ClientOperation, result: ExecutionResult): void {
    const payload = result.errors ? { ...result, errors: formatErrors(result.errors) } : result;
    this.#sendFor(operation, { id: operation.id, type: MessageType.Next, payload });
    this.#complete(operation);
  }

  #complete(operation: ClientOperation): void {
    this.#sendFor(operation, { id: operation.id, type: MessageType.Complete });
    this.#end(operation);
  }

  /** Sends errors from before execution, which end the operation. */
  #refuse(operation: ClientOperation, errors: readonly GraphQLError[]): void {
    const payload = formatErrors(errors);
    this.#sendFor(operation, { id: operation.id, type: MessageType.Error, payload });
    this.#end(operation);
  }

  /** Ends an operation that the client has completed. Nothing more is sent for it. */
  #abandon(id: string): void {
    const operation = this.#operationOf(id);
    if (operation === undefined) return;
    this.#forget(operation);
    operation.leave();
  }

  #end(operation: ClientOperation): void {
    operation.answered();
    this.#running -= 1;
    this.#forget(operation);
  }

  #onClose(): void {
    clearTimeout(this.#initTimeout);
    for (const { id } of this.#operations) this.#abandon(id);
  }

  #isWaitedFor(operation: ClientOperation): boolean {
    return this.#operations.includes(operation);
  }

  #operationOf(id: string): ClientOperation | undefined {
    return this.#operations.find((operation) => operation.id === id);
  }

  #forget(operation: ClientOperation): void {
    if (this.#isWaitedFor(operation))
      this.#operations = this.#operations.filter((each) => each !== operation);
  }

  #sendFor(operation: ClientOperation, message: object): void {
    if (this.#isWaitedFor(operation)) this.#send(message);
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message), ignore);
  }

  #close(reason: CloseCodeEntry): void {
    this.#socket.close(reason);
  }
}

function ignore(): void {}
