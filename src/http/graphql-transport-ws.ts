import type { IncomingMessage } from 'node:http';
import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { CloseCode, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { executeOperation } from '../graphql/execute.ts';
import type { Context } from '../graphql/context.ts';
import type { PrepareOperation } from './operation.ts';
import type { Payload, SubscribePayloads } from './payload.ts';
import type { Peer } from './peer.ts';
import { Splicer } from './splicer.ts';

/** How operations that come over sockets are run. */
export interface ProtocolOptions {
  readonly prepare: PrepareOperation;
  /** Throws a GraphQLError for a query that is not looked at. */
  readonly checkQuery: (query: unknown) => void;
  /** Context of one operation. */
  readonly createContext: (authorization: unknown) => Context;
  readonly subscribe: SubscribePayloads;
  /** Makes a result's errors fit to be seen. */
  readonly finish: (result: ExecutionResult) => ExecutionResult;
}

/** Connects an open socket with the protocol. */
export type Attend = (peer: Peer, request: IncomingMessage) => void;

const INIT_MS = 10_000;
const OPERATIONS_PER_SOCKET = 50;
const LONGEST_ID = 128;

/** What is kept of the request; all of it would be kilobytes for each socket. */
interface Extra {
  readonly authorization: string | undefined;
}

/** The protocol graphql-transport-ws. A message is only made when the socket has taken the last one. */
export function graphqlTransportWs(options: ProtocolOptions): Attend {
  const splicer = new Splicer();
  const protocol = protocolServer(options, splicer);
  return (peer, request) => {
    const { socket } = peer;
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: async (message) => await peer.send(splicer.splice(message)),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) => {
          socket.on('message', (data: Buffer) => {
            take(data.toString()).catch(() => socket.close(CloseCode.InternalServerError, 'internal error'));
          });
        },
      },
      { authorization: request.headers.authorization },
    );
    socket.once('close', (code, reason) => void closed(code, reason.toString()));
  };
}

function protocolServer(options: ProtocolOptions, splicer: Splicer): Server<Extra> {
  const { prepare, checkQuery, createContext, subscribe, finish } = options;
  return makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: INIT_MS,
    onSubscribe: ({ subscriptions, extra, connectionParams }, id, payload) => {
      const refusal = refuse(id, Object.keys(subscriptions).length, payload, checkQuery);
      if (refusal !== undefined) return finish({ errors: [refusal] }).errors ?? [];
      const operation = prepare(payload);
      if (!('document' in operation)) return operation;
      // A browser cannot set headers on a WebSocket; what it says as it connects stands for them.
      const contextValue = createContext(extra.authorization ?? connectionParams?.['authorization']);
      return { ...operation, contextValue };
    },
    execute: async (args: ExecutionArgs) => finish(await executeOperation(args)),
    // What it gives is turned into messages by `onNext`.
    subscribe: subscribe as never,
    onNext: (...[, , , , result]) =>
      'json' in result ? splicer.standIn((result as unknown as Payload).json) : undefined,
  });
}

function refuse(
  id: string,
  running: number,
  { query }: SubscribePayload,
  checkQuery: (query: unknown) => void,
): GraphQLError | undefined {
  try {
    checkQuery(query);
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
