import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { CLOSE_CODES } from '../errors/close-codes.ts';
import type { Limits } from '../limits/limits.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import type { ServeSocket } from './graphql-transport-ws.ts';
import { sleep } from '../time/sleep.ts';
import { MonitoredSocket } from './monitored-socket.ts';

/** How to serve WebSockets. */
export interface WebSocketOptions {
  /** The only path with WebSockets, as `pathOf` returns it for a URL. */
  readonly path: string;
  readonly pathOf: (url: string | undefined) => string;
  /** Whether pages of another origin than the server's may connect. */
  readonly allowsOrigin: (origin: string) => boolean;
  /** Identifies the client of a handshake, for limits. */
  readonly clientOf: (request: IncomingMessage) => string;
  readonly serve: ServeSocket;
  readonly connections: ConnectionLimit;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The open WebSockets of a server. */
export interface WebSockets {
  /**
   * Closes every socket with 1012, which asks the client to connect again, once its queries and mutations are
   * answered or `cut` is aborted. Thousands of sockets are closed over some seconds. Disconnects clients that do not complete the closing handshake. Resolves
   * when no socket is left.
   */
  readonly close: (cut: AbortSignal) => Promise<void>;
}

const SWEEP_MS = 1_000;
/** Milliseconds that a client has to answer a close frame. Spread in, as the types of ws lack this option. */
const CLOSING = { closeTimeout: 5_000 };

/** Accepts WebSockets on an HTTP server. */
export function serveWebSockets(server: Server, options: WebSocketOptions): WebSockets {
  const { clientOf, serve, connections, limits, metrics } = options;
  const webSocketServer = createWebSocketServer(limits);
  const sockets = new Set<MonitoredSocket>();
  metrics.gauge('ws_connections', 'Open WebSockets.', () => sockets.size);
  // One function for all sockets.
  const countClose = (code: number): void => metrics.socketsClosed.add(closeLabel(code));
  const upgrade = (request: IncomingMessage, connection: Duplex, head: Buffer): void => {
    connection.on('error', ignore);
    const client = clientOf(request);
    const refusal = refusalOf(request, options) ?? (connections.shakeHands(client) ? undefined : TOO_OFTEN);
    const leave = refusal === undefined ? connections.enter(client) : undefined;
    if (leave === undefined) {
      refuse(connection, refusal ?? { status: '503 Service Unavailable', reason: 'too many sockets' });
      return;
    }
    const { authorization } = request.headers;
    let socket: MonitoredSocket | undefined;
    // These two functions live as long as the socket. They must not refer to the request, which takes
    // kilobytes.
    connection.on('close', () => {
      leave();
      if (socket !== undefined) sockets.delete(socket);
    });
    webSocketServer.handleUpgrade(request, connection, head, (webSocket) => {
      // ws listens from here on.
      connection.off('error', ignore);
      socket = new MonitoredSocket(webSocket, connection, limits);
      sockets.add(socket);
      webSocket.on('close', countClose);
      serve(socket, { authorization, client });
    });
  };
  server.on('upgrade', upgrade);
  const sweep = setInterval(() => checkAll(sockets, limits.stalledMs, options), SWEEP_MS);
  return {
    close: async (cut) => {
      clearInterval(sweep);
      server.off('upgrade', upgrade);
      // Without a listener, Node would pass later handshakes on as requests.
      server.on('upgrade', refuseLate);
      await dismissAll([...sockets], cut);
    },
  };
}

function checkAll(
  sockets: ReadonlySet<MonitoredSocket>,
  stalledMs: number,
  { metrics, log }: Pick<WebSocketOptions, 'metrics' | 'log'>,
): void {
  const now = Math.round(performance.now());
  const late = [...sockets].filter((socket) => socket.check(now, stalledMs)).length;
  for (let count = 0; count < late; count += 1) metrics.slowConsumers.add('websocket');
  if (late > 0) log.info({ sockets: late }, 'sockets too far behind, closed');
}

const STANDARD_CODES = [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011] as const;
/** Codes that the server uses, and those of RFC 6455, 7.4. A client may send any other. */
const KNOWN_CODES: ReadonlySet<number> = new Set([
  ...Object.values(CLOSE_CODES).map(({ code }) => code),
  ...STANDARD_CODES,
]);

/** The label of a close code in metrics. */
function closeLabel(code: number): string {
  return KNOWN_CODES.has(code) ? String(code) : 'other';
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Sockets that are closed together when the server stops. */
const SLICE = 100;
/** Most slices: so many sockets are closed within five seconds. */
const MOST_SLICES = 25;
/** Milliseconds between two slices. */
const SLICE_MS = 200;

/** Closes sockets in slices, so that their clients do not all connect to another server at once. */
async function dismissAll(sockets: readonly MonitoredSocket[], cut: AbortSignal): Promise<void> {
  const size = Math.max(SLICE, Math.ceil(sockets.length / MOST_SLICES));
  const late = aborted(cut);
  const closing: Promise<void>[] = [];
  for (let from = 0; from < sockets.length; from += size) {
    if (from > 0) await sleep(SLICE_MS, cut);
    for (const socket of sockets.slice(from, from + size)) closing.push(dismiss(socket, late));
  }
  await Promise.all(closing);
}

async function dismiss(socket: MonitoredSocket, late: Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.socket.once('close', () => resolve()));
  await Promise.race([socket.idle(), late, closed]);
  socket.close(CLOSE_CODES.RESTART);
  await closed;
}

interface Refusal {
  readonly status: string;
  /** The body of the response: one line for people. */
  readonly reason: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

const TOO_OFTEN: Refusal = { status: '429 Too Many Requests', reason: 'too many new sockets', retryAfter: 1 };

function refuseLate(_request: IncomingMessage, connection: Duplex): void {
  connection.on('error', ignore);
  refuse(connection, { status: '503 Service Unavailable', reason: 'the server is stopping', retryAfter: 1 });
}

/** Answers a handshake that is refused, and closes the connection without waiting for the client. */
function refuse(connection: Duplex, { status, reason, retryAfter }: Refusal): void {
  connection.once('finish', () => connection.destroy());
  const body = `${reason}\n`;
  const wait = retryAfter === undefined ? '' : `retry-after: ${retryAfter}\r\n`;
  connection.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\n${wait}content-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Defined here, because a function inside `upgrade` would keep the request alive as long as the socket. */
function ignore(): void {}

function createWebSocketServer({ maxMessageBytes }: Limits): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    // `sockets` has them already.
    clientTracking: false,
    // A compressor takes hundreds of kilobytes for each socket.
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    maxFragments: 64,
    maxBufferedChunks: 256,
    ...CLOSING,
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  });
}

/** Why a handshake is refused; undefined if it is accepted. */
function refusalOf(
  { url, headers }: IncomingMessage,
  { path, pathOf, allowsOrigin }: Pick<WebSocketOptions, 'path' | 'pathOf' | 'allowsOrigin'>,
): Refusal | undefined {
  if (pathOf(url) !== path)
    return { status: '404 Not Found', reason: `there are no WebSockets here: connect to ${path}` };
  // Browsers send the origin of the page. A page of another site must not connect on behalf of its visitor.
  const { origin, host } = headers;
  if (origin === undefined || allowsOrigin(origin)) return undefined;
  if (URL.canParse(origin) && new URL(origin).host === host) return undefined;
  const reason =
    'WebSockets are for pages of this server: behind a proxy, set --public-url; for other sites, --cors-origins';
  return { status: '403 Forbidden', reason };
}
