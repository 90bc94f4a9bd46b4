import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { Attend } from './graphql-transport-ws.ts';
import { MonitoredSocket } from './monitored-socket.ts';
import type { ConnectionLimit, ConnectionLimits } from './connection-limit.ts';

/** What sockets may cost. */
export interface SocketLimits extends ConnectionLimits {
  /** A socket that has not taken a message in so many milliseconds, and more for a large one, is too far behind (10,000). */
  readonly stalledMs?: number;
}

/** What sockets are served with. */
export interface WebSocketOptions {
  /** Where sockets are served, and how the path of a URL is told. */
  readonly path: string;
  readonly pathOf: (url: string | undefined) => string;
  readonly attend: Attend;
  readonly connections: ConnectionLimit;
  readonly stalledMs: number | undefined;
  readonly log: Logger;
}

/** Sockets that are served. */
export interface WebSockets {
  /**
   * Asks every client to connect again, elsewhere or later, once its queries and mutations are answered, or `cut` is aborted; cuts
   * those off that do not go.
   */
  readonly close: (cut: AbortSignal) => Promise<void>;
}

const SWEEP_MS = 1_000;
const STALLED_MS = 10_000;
const SERVICE_RESTART = 1012;
/** A socket that does not answer a close is cut off after so long, in milliseconds; its types do not know it. */
const CLOSING = { closeTimeout: 5_000 };

/** Takes WebSockets beside HTTP on one server. */
export function serveWebSockets(server: Server, options: WebSocketOptions): WebSockets {
  const { attend, connections, stalledMs = STALLED_MS, log } = options;
  const sockets = createSockets();
  const peers = new Set<MonitoredSocket>();
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', ignore);
    const refusal = refusalOf(request, options);
    const leave = refusal === undefined ? connections.enter(request.socket.remoteAddress) : undefined;
    if (leave === undefined) {
      refuse(socket, refusal ?? { status: '503 Service Unavailable', reason: 'too many sockets' });
      return;
    }
    const { authorization } = request.headers;
    let peer: MonitoredSocket | undefined;
    // What these two functions name is kept as long as the socket: nothing of the request may be, kilobytes each.
    socket.on('close', () => {
      leave();
      if (peer !== undefined) peers.delete(peer);
    });
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      peer = new MonitoredSocket(webSocket);
      peers.add(peer);
      attend(peer, authorization);
    });
  };
  server.on('upgrade', upgrade);
  const sweep = setInterval(() => {
    const late = [...peers].filter((peer) => peer.check(performance.now(), stalledMs)).length;
    if (late > 0) log.info({ sockets: late }, 'sockets too far behind, closed');
  }, SWEEP_MS);
  return {
    close: async (cut) => {
      clearInterval(sweep);
      server.off('upgrade', upgrade);
      const late = aborted(cut);
      await Promise.all([...peers].map(async (peer) => await dismiss(peer, late)));
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

async function dismiss(peer: MonitoredSocket, late: Promise<void>): Promise<void> {
  const { socket } = peer;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await Promise.race([peer.idle(), late, closed]);
  socket.close(SERVICE_RESTART, 'the server stops; resume from the last cursor');
  await closed;
}

interface Refusal {
  readonly status: string;
  /** One line for whoever looks at the answer. */
  readonly reason: string;
}

/** A client that is refused need not hang up by itself. */
function refuse(socket: Duplex, { status, reason }: Refusal): void {
  socket.once('finish', () => socket.destroy());
  const body = `${reason}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** One made where a socket is taken would keep the request as long as the socket. */
function ignore(): void {}

function createSockets(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    // A compressor for each socket would cost hundreds of kilobytes.
    perMessageDeflate: false,
    maxPayload: 128_000,
    maxFragments: 64,
    maxBufferedChunks: 256,
    ...CLOSING,
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  });
}

/** The answer to a handshake that is not taken; undefined where it is. */
function refusalOf(
  { url, headers }: IncomingMessage,
  { path, pathOf }: Pick<WebSocketOptions, 'path' | 'pathOf'>,
): Refusal | undefined {
  if (pathOf(url) !== path)
    return { status: '404 Not Found', reason: `there are no WebSockets here: connect to ${path}` };
  // A browser says which site its page is of; no other site may use a visitor's browser here.
  const { origin, host } = headers;
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) return undefined;
  return { status: '403 Forbidden', reason: 'WebSockets are for pages of this server' };
}
