import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type ExecutionArgs,
  type GraphQLSchema,
} from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context, CreateContext } from '../graphql/context.ts';
import { executeOperation } from '../graphql/execute.ts';
import { validateDocument } from '../graphql/input-places.ts';
import type { TellAdmin } from './admin.ts';
import { END, sendEventStream } from '../live/event-stream.ts';
import { send, sendJson, type Exchange, type Handler } from './request-context.ts';
import type { LiveOperations } from '../live/live-operations.ts';
import { finishErrors, maskError } from './mask-errors.ts';
import type { Operation, OperationParams, PrepareOperation } from '../live/operation.ts';
import { only, type PayloadStream } from '../live/payload-stream.ts';
import { readParams } from './read-params.ts';
import type { ConnectionLimit } from '../live/connection-limit.ts';

/** What GraphQL over HTTP is answered with. */
export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: CreateContext;
  readonly tellAdmin: TellAdmin;
  /** Undefined where nothing is pushed. */
  readonly live: LiveOperations | undefined;
  /** Event streams take a place in it. */
  readonly connections: ConnectionLimit;
  /** Aborted when the server stops: event streams end. */
  readonly stop: AbortSignal;
  readonly log: Logger;
}

interface ServerContext {
  readonly exchange: Exchange;
  /** What is asked; read once. */
  readonly params: () => Promise<GraphQLParams>;
}

/** Answers GraphQL over HTTP: no batches, no files, no mutations over GET, no CORS; subscriptions as event streams. */
export function graphqlHandler(options: GraphqlOptions): Handler {
  const { schema, createContext, tellAdmin, live, log } = options;
  const adminOf = ({ request }: Exchange) => tellAdmin(request.headers.authorization);
  const yoga = createYoga<ServerContext, object>({
    schema,
    plugins: [
      useOwnParams(),
      useOwnValidation(),
      useOwnExecution((exchange) => createContext({ admin: adminOf(exchange) })),
      useOperationName(),
      useFinishedErrors(log),
    ],
    maskedErrors: { maskError },
    cors: false,
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: false,
    // Yoga answers every URL that ends like this; a URL that is sent over HTTP has no fragment.
    healthCheckEndpoint: '#',
    logging: false,
  });
  return async (exchange) => {
    exchange.response.setHeader('vary', 'accept');
    let reading: Promise<GraphQLParams> | undefined;
    const params = async (): Promise<GraphQLParams> =>
      await (reading ??= readParams(exchange.request, adminOf(exchange)));
    const asked = live && (await streamOf(exchange, params, live));
    if (live && asked) await follow(exchange, asked, { ...options, live });
    else await yoga(exchange.request, exchange.response, { exchange, params });
  };
}

/** What a request for an event stream asks; undefined for anything else. */
async function streamOf(
  { request }: Exchange,
  params: () => Promise<GraphQLParams>,
  { prepare }: LiveOperations,
): Promise<ReturnType<PrepareOperation> | undefined> {
  if (request.headers.accept?.includes('text/event-stream') !== true) return undefined;
  const asked = await params().catch(() => undefined);
  if (asked === undefined) return undefined;
  const operation = prepare(asked as OperationParams);
  return 'type' in operation && operation.type !== OperationTypeNode.SUBSCRIPTION ? undefined : operation;
}

async function follow(
  exchange: Exchange,
  asked: ReturnType<PrepareOperation>,
  options: GraphqlOptions & { live: LiveOperations },
): Promise<void> {
  const { request, response } = exchange;
  if (request.headers['last-event-id'] === END) {
    send(exchange, 204, {});
    return;
  }
  const leave = options.connections.enter(request.socket.remoteAddress);
  if (leave === undefined) {
    sendJson(exchange, 503, { error: 'too many streams' });
    return;
  }
  try {
    const payloads = 'type' in asked ? await subscribe(exchange, asked, options) : only({ errors: asked });
    await sendEventStream(response, payloads, { stop: options.stop });
  } finally {
    leave();
  }
}

async function subscribe(
  exchange: Exchange,
  operation: Operation,
  { createContext, tellAdmin, live }: GraphqlOptions & { live: LiveOperations },
): Promise<PayloadStream> {
  const { headers } = exchange.request;
  exchange.operation = { type: operation.type, name: operation.operationName };
  const resumeAfter = headers['last-event-id']?.toString();
  const contextValue = createContext({ admin: tellAdmin(headers.authorization), resumeAfter });
  return await live.subscribe({ ...operation, contextValue });
}

/** Reads the request by `readParams`, whatever its content type, instead of by Yoga's more lenient readers. */
function useOwnParams(): Plugin<ServerContext, ServerContext> {
  return {
    onRequestParse: ({ serverContext, setRequestParser }) => {
      setRequestParser(async () => await serverContext.params());
    },
  };
}

/** Tells of wrong literals which argument they are for. */
function useOwnValidation(): Plugin<ServerContext, ServerContext> {
  return { onValidate: ({ setValidationFn }) => setValidationFn(validateDocument) };
}

/** The reference executor: Yoga's own gives the fields of an answer in the order in which they came in, not as asked for. */
function useOwnExecution(contextOf: (exchange: Exchange) => Context): Plugin<ServerContext, ServerContext> {
  return {
    onExecute: ({ setExecuteFn }) =>
      setExecuteFn(async (args: ExecutionArgs) => {
        const { exchange } = args.contextValue as ServerContext;
        return await executeOperation({ ...args, contextValue: contextOf(exchange) });
      }),
    // What is to be pushed has been taken out before.
    onSubscribe: ({ setResultAndStopExecution }) => {
      const http = { status: 406 };
      const error = new GraphQLError(
        'accept: expected text/event-stream for a subscription, or a WebSocket',
        {
          extensions: { code: 'BAD_REQUEST', http },
        },
      );
      setResultAndStopExecution({ errors: [error] });
    },
  };
}

function useOperationName(): Plugin<ServerContext, ServerContext> {
  return {
    onExecute: ({ args }) => {
      const { document, operationName, contextValue } = args as ExecutionArgs & {
        contextValue: ServerContext;
      };
      const operation = getOperationAST(document, operationName);
      if (operation)
        contextValue.exchange.operation = { type: operation.operation, name: operation.name?.value };
    },
  };
}

function useFinishedErrors(log: Logger): Plugin<ServerContext, ServerContext> {
  return {
    onResultProcess: ({ result, serverContext }) => {
      if ('errors' in result) finishErrors(result, serverContext.exchange.id, log);
    },
  };
}
