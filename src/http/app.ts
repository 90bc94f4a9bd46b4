import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { send, sendJson, type Exchange, type Handler } from './exchange.ts';
import { graphiql, wantsGraphiql } from './graphiql.ts';
import { graphqlHandler } from './graphql.ts';
import type { Readiness } from './readiness.ts';
import { logExchange } from './request-log.ts';

/** What the server needs of the rooms below it. */
export interface AppOptions {
  readonly schema: GraphQLSchema;
  /** Called once for every operation. */
  readonly createContext: () => object;
  readonly readiness: Readiness;
  readonly log: Logger;
}

const GRAPHQL = '/graphql';
const ASSETS = '/graphiql/';

// An answer is what its content type says, stays in the browser that asked, and tells no other server about us.
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

/** Everything that the server answers, by path; CORS is closed. */
export function createApp({ schema, createContext, readiness, log }: AppOptions): RequestListener {
  const page = graphiql(ASSETS);
  const graphql = graphqlHandler({ schema, createContext, log });
  const routes = new Map<string, Handler>([
    ['/', (exchange) => send(exchange, 302, { location: GRAPHQL })],
    [GRAPHQL, async (exchange) => await (wantsGraphiql(exchange) ? page.page : graphql)(exchange)],
    ['/healthz', (exchange) => sendJson(exchange, 200, { status: 'ok', checks: {} })],
    ['/readyz', async (exchange) => await answerReadiness(exchange, readiness)],
  ]);
  return (request, response) => {
    const exchange: Exchange = { id: randomUUID(), request, response };
    const path = pathOf(request.url);
    logExchange(exchange, path, log);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    response.setHeader('x-request-id', exchange.id);
    // The answer to HEAD is GET's without its body, which Node has by now decided to leave out.
    if (request.method === 'HEAD') request.method = 'GET';
    const handler = routes.get(path) ?? (path.startsWith(ASSETS) ? page.asset : notFound);
    void handle(handler, exchange, log);
  };
}

function pathOf(url = '/'): string {
  return url.split('?', 1)[0] ?? url;
}

async function answerReadiness(exchange: Exchange, readiness: Readiness): Promise<void> {
  const { ready, checks } = await readiness.check();
  sendJson(exchange, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', checks });
}

function notFound(exchange: Exchange): void {
  sendJson(exchange, 404, { error: 'not found', paths: [GRAPHQL, '/healthz', '/readyz'] });
}

/** No failure ends the process, and none is told to the client beyond the id that finds it in the log. */
async function handle(handler: Handler, exchange: Exchange, log: Logger): Promise<void> {
  try {
    await handler(exchange);
  } catch (error) {
    log.error({ requestId: exchange.id, err: error }, 'request failed');
    if (exchange.response.headersSent) exchange.response.destroy();
    else sendJson(exchange, 500, { error: 'internal error', requestId: exchange.id });
  }
}
