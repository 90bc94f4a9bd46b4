import { execute, getOperationAST, type ExecutionArgs, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Exchange, Handler } from './exchange.ts';
import { finishErrors, maskError } from './mask-errors.ts';
import { readParams } from './read-params.ts';

interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: () => object;
  readonly log: Logger;
}

interface ServerContext {
  readonly exchange: Exchange;
}

/** Answers GraphQL over HTTP: no batches, no files, no mutations over GET, no CORS. */
export function graphqlHandler({ schema, createContext, log }: GraphqlOptions): Handler {
  const yoga = createYoga<ServerContext, object>({
    schema,
    context: createContext,
    plugins: [useOwnParams(), useGraphqlJs(), useOperationName(), useFinishedErrors(log)],
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
    await yoga(exchange.request, exchange.response, { exchange });
  };
}

/** Reads the request by `readParams`, whatever its content type, instead of by Yoga's more lenient readers. */
function useOwnParams(): Plugin<ServerContext, ServerContext> {
  return {
    onRequestParse: ({ serverContext, setRequestParser }) => {
      setRequestParser(async () => await readParams(serverContext.exchange.request));
    },
  };
}

/** The reference executor: Yoga's own gives the fields of an answer in the order in which they came in, not as asked for. */
function useGraphqlJs(): Plugin {
  return { onExecute: ({ setExecuteFn }) => setExecuteFn(execute) };
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
