import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Feed } from '../feed/live-feed.ts';
import type { CreateContext } from '../graphql/context.ts';
import { LeakyBuckets, type Points } from '../limits/leaky-buckets.ts';
import { limitsOf, type Limits } from '../limits/limits.ts';
import { LoadMonitor, type Load } from '../limits/load-monitor.ts';
import { ConnectionLimit } from '../live/connection-limit.ts';
import { graphqlTransportWs } from '../live/graphql-transport-ws.ts';
import { useSharedPayloads } from '../live/shared-payloads.ts';
import { serveWebSockets, type WebSocketOptions } from '../live/websocket.ts';
import { Metrics } from '../metrics/metrics.ts';
import { observed, useMeasuredPhases } from '../pipeline/observe.ts';
import { traced, tracePhases } from '../pipeline/trace.ts';
import type { Tracer } from '../tracing/tracer.ts';
import type { OperationPlugin } from '../pipeline/operation-context.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from '../pipeline/pipeline.ts';
import { authentication, type Tokens } from './authentication.ts';
import { clientIdentifier } from './client.ts';
import { allows, withCors, type CorsOrigins } from './cors.ts';
import type { DocumentSettings } from '../pipeline/document-ids.ts';
import { graphiql, wantsGraphiql } from './graphiql/graphiql.ts';
import { exposeFeed } from './feed-metrics.ts';
import { graphqlHandler, useHttp } from './graphql.ts';
import { metricsPage } from './metrics.ts';
import { withoutPrefix } from './public-url.ts';
import type { Readiness } from './readiness.ts';
import { RequestContext, send, sendJson, type Handler } from './request-context.ts';
import { noteRequest, QUIET } from './request-log.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** Options of `createApp`. */
export interface AppOptions extends Tokens {
  readonly schema: GraphQLSchema;
  /** Called once for every operation. */
  readonly createContext: CreateContext;
  /** Without a feed there are no WebSockets and no subscriptions. */
  readonly feed?: Feed | undefined;
  /**
   * Plugins of Yoga or Envelop. Their hooks see operations of HTTP, event streams and WebSockets alike, except
   * queries that a kept answer answers.
   */
  readonly plugins?: readonly OperationPlugin[] | undefined;
  /** The proxies whose word about a client's address is taken. */
  readonly trustProxy?: TrustedProxies | undefined;
  /** The address of this server for its clients, if they reach it through a proxy: see `publicUrl`. */
  readonly publicUrl?: URL | undefined;
  /** The other origins whose pages may use GraphQL. CORS is disabled without them. */
  readonly corsOrigins?: CorsOrigins | undefined;
  /** Which documents clients may name, and whether they must; by default they may register any. */
  readonly documents?: DocumentSettings | undefined;
  /** The defaults hold for all others. */
  readonly limits?: Partial<Limits> | undefined;
  /** What clients have left; in memory by default. */
  readonly points?: Points | undefined;
  /** Whether the server takes on more; by default as long as its event loop is not late. */
  readonly load?: Load | undefined;
  readonly readiness: Readiness;
  /** Without it there are no traces. */
  readonly tracer?: Tracer | undefined;
  /** What the server counts, and what `/metrics` exposes beside it. */
  readonly metrics?: Metrics | undefined;
  readonly log: Logger;
}

/** The handlers that an HTTP server needs. */
export interface App {
  readonly request: RequestListener;
  /**
   * Accepts WebSockets on a server. Call `close` before the server is closed: it ends event streams, and
   * closes WebSockets once their queries and mutations are answered or `cut` is aborted. Clients then connect
   * again.
   */
  readonly attach: (server: Server) => { readonly close: (cut: AbortSignal) => Promise<void> };
}

const GRAPHQL = '/graphql';
const ASSETS = '/graphiql/';

/** Routes requests by path. */
export function createApp(options: AppOptions): App {
  const { createContext, feed, log, metrics = new Metrics() } = options;
  if (feed !== undefined) exposeFeed(metrics, feed);
  const limits = limitsOf(options.limits);
  const { points = new LeakyBuckets(limits), load = new LoadMonitor(limits).start() } = options;
  const stop = new AbortController();
  // Each event stream adds a listener; Node would warn of a leak from the eleventh on.
  setMaxListeners(0, stop.signal);
  const connections = new ConnectionLimit(limits);
  const authenticate = authentication(options);
  const clientOf = clientIdentifier(options.trustProxy, log);
  const shared = { createContext, limits, points };
  const pipeline = observedPipeline(options, { limits, points, load, metrics });
  const serve = graphqlTransportWs({ pipeline, callerOf: authenticate, limits });
  const common = { ...shared, pipeline, authenticate, clientOf, connections, metrics };
  const graphql = graphqlHandler({ ...common, stop: stop.signal });
  return {
    request: router(graphql, { ...options, metrics }),
    attach: (server) => {
      const handshakes = { ...handshakesOf(options), clientOf };
      const socketOptions = { ...handshakes, serve, connections, limits, metrics, log };
      const sockets = feed && serveWebSockets(server, socketOptions);
      return {
        close: async (cut) => {
          stop.abort();
          await sockets?.close(cut);
        },
      };
    },
  };
}

/** The pipeline of the server, with all that counts, logs and traces its operations. */
function observedPipeline(
  { schema, createContext, documents, feed, plugins = [], tracer, log }: AppOptions,
  { limits, metrics, ...shared }: Pick<PipelineOptions, 'limits' | 'points' | 'load'> & { metrics: Metrics },
): Pipeline {
  const live = feed === undefined ? [] : [useSharedPayloads(feed, log)];
  const pipeline = createPipeline({
    ...shared,
    schema,
    createContext,
    documents,
    plugins: [useHttp(), ...live, useMeasuredPhases(metrics), ...tracePhases(tracer), ...plugins],
    limits,
    log,
  });
  return observed(traced(pipeline, tracer), { metrics, log });
}

/** Where WebSockets are, and for the pages of which other origins. */
function handshakesOf(options: AppOptions): Pick<WebSocketOptions, 'path' | 'pathOf' | 'allowsOrigin'> {
  const { publicUrl, corsOrigins } = options;
  return {
    path: GRAPHQL,
    pathOf: (url) => (pathOf(url) === GRAPHQL ? GRAPHQL : pathOf(localUrl(url, options))),
    allowsOrigin: (origin) => origin === publicUrl?.origin || allows(corsOrigins, origin),
  };
}

function router(graphql: Handler, options: AppOptions & { metrics: Metrics }): RequestListener {
  const { readiness, documents, metrics, tracer, log, corsOrigins, publicUrl } = options;
  const page = graphiql(ASSETS, { onlyTrusted: documents?.onlyTrusted === true });
  const handlerOf = (context: RequestContext): Handler => {
    if (wantsGraphiql(context)) return page.page;
    return isBareHead(context) ? confirmPath : graphql;
  };
  const routes = new Map<string, Handler>([
    // Relative, because a proxy may serve all of this below another path.
    ['/', (context) => send(context, 302, { location: `${publicUrl?.pathname ?? ''}${GRAPHQL.slice(1)}` })],
    [GRAPHQL, withCors(async (context) => await handlerOf(context)(context), corsOrigins)],
    ['/healthz', (context) => sendJson(context, 200, { status: 'ok', checks: {} })],
    ['/readyz', async (context) => await answerReadiness(context, readiness)],
    ['/metrics', metricsPage(metrics)],
  ]);
  const isServed = (path: string): boolean => routes.has(path) || path.startsWith(ASSETS);
  return (request, response) => {
    const context = new RequestContext(randomUUID(), request, response);
    if (publicUrl !== undefined && !isServed(pathOf(request.url)))
      request.url = localUrl(request.url, options);
    const path = pathOf(request.url);
    const isAsset = path.startsWith(ASSETS);
    const route = routes.has(path) ? path : isAsset ? ASSETS : 'other';
    noteRequest(context, { path, route, metrics, log });
    // HEAD is answered like GET. Node already knows that the response has no body.
    if (request.method === 'HEAD') {
      request.method = 'GET';
      // An event stream whose body is left out would never end.
      if (request.headers.accept?.includes('text/event-stream') === true) request.headers.accept = '*/*';
    }
    const handler = routes.get(path) ?? (isAsset ? page.asset : notFound);
    const run = (): void => void handle(handler, context, log);
    if (tracer === undefined || QUIET.test(path)) run();
    else tracer.request(route, context, run);
  };
}

/** The URL of a request without the prefix of the public URL. */
function localUrl(url: string | undefined, { publicUrl }: AppOptions): string {
  return publicUrl === undefined ? (url ?? '/') : withoutPrefix(url ?? '/', publicUrl);
}

/** The path of a URL. Some clients append a slash to GraphQL's path; it is removed. */
function pathOf(url = '/'): string {
  const path = url.split('?', 1)[0] ?? url;
  return path === `${GRAPHQL}/` ? GRAPHQL : path;
}

/** Whether a request is HEAD without an operation, which only checks that the path exists. */
function isBareHead({ request, head }: RequestContext): boolean {
  const given = new URLSearchParams(request.url?.split('?')[1]);
  return head && !['query', 'documentId', 'extensions'].some((name) => given.has(name));
}

function confirmPath(context: RequestContext): void {
  send(context, 200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
}

async function answerReadiness(context: RequestContext, readiness: Readiness): Promise<void> {
  const { ready, checks } = await readiness.check();
  sendJson(context, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', checks });
}

function notFound(context: RequestContext): void {
  sendJson(context, 404, { error: 'not found', paths: [GRAPHQL, '/healthz', '/readyz', '/metrics'] });
}

/** Runs a handler. Logs a failure, of which the client learns only the request's id. */
async function handle(handler: Handler, context: RequestContext, log: Logger): Promise<void> {
  try {
    await handler(context);
  } catch (error) {
    log.error({ requestId: context.id, err: error }, 'request failed');
    if (context.response.headersSent) context.response.destroy();
    else sendJson(context, 500, { error: 'internal error', requestId: context.id });
  }
}
