import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type ExecutionArgs,
  type GraphQLSchema,
} from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { CreateContext } from '../graphql/context.ts';
import { executeOperation } from '../graphql/execute.ts';
import type { TellAdmin } from './admin.ts';
import { END, sendEventStream } from './event-stream.ts';
import { send, type Exchange, type Handler } from './exchange.ts';
import type { LiveOperations } from './live-operations.ts';
import { finishErrors, maskError } from './mask-errors.ts';
import type { Operation, OperationParams } from './operation.ts';
import { readParams } from './read-params.ts';

/** What GraphQL over HTTP is answered with. */
export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: CreateContext;
  readonly tellAdmin: TellAdmin;
  /** Undefined where nothing is pushed. */
  readonly live: LiveOperations | undefined;
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
    context: ({ exchange }) => createContext({ admin: adminOf(exchange) }),
    plugins: [useOwnParams(), useOwnExecution(), useOperationName(), useFinishedErrors(log)],
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
      await (reading ??= readParams(exchange.request, { admin: adminOf(exchange) === 'yes' }));
    const stream = live && (await subscriptionOf(exchange, params, live));
    if (live && stream) await follow(exchange, stream, { ...options, live });
    else await yoga(exchange.request, exchange.response, { exchange, params });
  };
}

/** The subscription that a request wants as an event stream; undefined for anything else, mistakes included. */
async function subscriptionOf(
  { request }: Exchange,
  params: () => Promise<GraphQLParams>,
  { prepare }: LiveOperations,
): Promise<Operation | undefined> {
  if (request.headers.accept?.includes('text/event-stream') !== true) return undefined;
  const asked = await params().catch(() => undefined);
  if (asked === undefined) return undefined;
  const operation = prepare(asked as OperationParams);
  return 'type' in operation && operation.type === OperationTypeNode.SUBSCRIPTION ? operation : undefined;
}

async function follow(
  exchange: Exchange,
  operation: Operation,
  { createContext, tellAdmin, live, stop }: GraphqlOptions & { live: LiveOperations },
): Promise<void> {
  const { request, response } = exchange;
  exchange.operation = { type: operation.type, name: operation.operationName };
  const resumeAfter = request.headers['last-event-id']?.toString();
  if (resumeAfter === END) {
    send(exchange, 204, {});
    return;
  }
  const contextValue = createContext({ admin: tellAdmin(request.headers.authorization), resumeAfter });
  const payloads = await live.subscribe({ ...operation, contextValue });
  await sendEventStream(response, Symbol.asyncIterator in payloads ? payloads : only(payloads), { stop });
}

/** A stream of one result. */
async function* only(result: object) {
  yield { json: JSON.stringify(result), cursor: undefined };
}

/** Reads the request by `readParams`, whatever its content type, instead of by Yoga's more lenient readers. */
function useOwnParams(): Plugin<ServerContext, ServerContext> {
  return {
    onRequestParse: ({ serverContext, setRequestParser }) => {
      setRequestParser(async () => await serverContext.params());
    },
  };
}

/** The reference executor: Yoga's own gives the fields of an answer in the order in which they came in, not as asked for. */
function useOwnExecution(): Plugin {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(executeOperation),
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
