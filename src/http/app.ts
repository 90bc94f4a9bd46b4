import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Feed } from '../feed/feed.ts';
import type { CreateContext } from '../graphql/context.ts';
import { adminTeller, type TellAdmin } from './admin.ts';
import { send, sendJson, type Exchange, type Handler } from './request-context.ts';
import { graphiql, wantsGraphiql } from './graphiql/graphiql.ts';
import { graphqlTransportWs } from '../live/graphql-transport-ws.ts';
import { graphqlHandler } from './graphql.ts';
import { liveOperations, type LiveOperations } from '../live/live-operations.ts';
import { checkParams, checkUses } from './read-params.ts';
import type { Readiness } from './readiness.ts';
import { logExchange } from './request-log.ts';
import { ConnectionLimit } from '../live/connection-limit.ts';
import { serveWebSockets, type SocketLimits } from '../live/websocket.ts';

/** What the server needs of the rooms below it. */
export interface AppOptions {
  readonly schema: GraphQLSchema;
  /** Called once for every operation. */
  readonly createContext: CreateContext;
  /** Where absent nothing is pushed. */
  readonly feed?: Feed | undefined;
  /** Who brings it may change the store; where absent, nobody may. */
  readonly adminToken?: string | undefined;
  readonly limits?: SocketLimits | undefined;
  readonly readiness: Readiness;
  readonly log: Logger;
}

/** What answers on a server. */
export interface App {
  readonly request: RequestListener;
  /**
   * Takes WebSockets too. To be closed before the server: ends event streams, and WebSockets once their queries and mutations are
   * answered or `cut` is aborted; their clients connect again.
   */
  readonly attach: (server: Server) => { readonly close: (cut: AbortSignal) => Promise<void> };
}

const GRAPHQL = '/graphql';
const ASSETS = '/graphiql/';

// An answer is what its content type says, stays in the browser that asked, and tells no other server about us.
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

const LIMITS: SocketLimits = { maxSockets: 20_000, maxSocketsPerAddress: 1_000 };

/** Everything that the server answers, by path; CORS is closed. */
export function createApp(options: AppOptions): App {
  const { schema, createContext, feed, log } = options;
  const stop = new AbortController();
  // Each event stream waits for it.
  setMaxListeners(0, stop.signal);
  const connections = new ConnectionLimit(options.limits ?? LIMITS);
  const tellAdmin = adminTeller(options.adminToken);
  const live = feed && liveOperations({ schema, createContext, feed, log });
  const graphql = graphqlHandler({
    schema,
    createContext,
    tellAdmin,
    live,
    connections,
    stop: stop.signal,
    log,
  });
  return {
    request: router(graphql, options),
    attach: (server) => {
      const sockets = live && socketsOf(server, live, { ...options, tellAdmin, connections });
      return {
        close: async (cut) => {
          stop.abort();
          await sockets?.close(cut);
        },
      };
    },
  };
}

function router(graphql: Handler, { readiness, log }: AppOptions): RequestListener {
  const page = graphiql(ASSETS);
  const handlerOf = (exchange: Exchange): Handler => {
    if (wantsGraphiql(exchange)) return page.page;
    return asksNothing(exchange) ? isHere : graphql;
  };
  const routes = new Map<string, Handler>([
    ['/', (exchange) => send(exchange, 302, { location: GRAPHQL })],
    [GRAPHQL, async (exchange) => await handlerOf(exchange)(exchange)],
    ['/healthz', (exchange) => sendJson(exchange, 200, { status: 'ok', checks: {} })],
    ['/readyz', async (exchange) => await answerReadiness(exchange, readiness)],
  ]);
  return (request, response) => {
    const exchange: Exchange = { id: randomUUID(), request, response, head: request.method === 'HEAD' };
    const path = pathOf(request.url);
    logExchange(exchange, path, log);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    response.setHeader('x-request-id', exchange.id);
    // The answer to HEAD is GET's without its body, which Node has by now decided to leave out.
    if (request.method === 'HEAD') {
      request.method = 'GET';
      // A stream without a body would never end.
      if (request.headers.accept?.includes('text/event-stream') === true) request.headers.accept = '*/*';
    }
    const handler = routes.get(path) ?? (path.startsWith(ASSETS) ? page.asset : notFound);
    void handle(handler, exchange, log);
  };
}

function socketsOf(
  server: Server,
  live: LiveOperations,
  {
    createContext,
    tellAdmin,
    connections,
    limits,
    log,
  }: AppOptions & { tellAdmin: TellAdmin; connections: ConnectionLimit },
) {
  const attend = graphqlTransportWs({
    ...live,
    checkParams: (params) => {
      checkParams(params);
      checkUses(params);
    },
    createContext: (authorization) => createContext({ admin: tellAdmin(authorization) }),
  });
  return serveWebSockets(server, {
    path: GRAPHQL,
    pathOf,
    attend,
    connections,
    stalledMs: limits?.stalledMs,
    log,
  });
}

/** The path of a URL, without the slash that some clients put after GraphQL's. */
function pathOf(url = '/'): string {
  const path = url.split('?', 1)[0] ?? url;
  return path === `${GRAPHQL}/` ? GRAPHQL : path;
}

/** Whether a HEAD request has no query: it only asks whether GraphQL is there. */
function asksNothing({ request, head }: Exchange): boolean {
  return head === true && !new URLSearchParams(request.url?.split('?')[1]).has('query');
}

function isHere(exchange: Exchange): void {
  send(exchange, 200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
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
