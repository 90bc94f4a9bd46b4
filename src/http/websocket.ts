import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Attend } from './graphql-transport-ws.ts';
import { Peer } from './peer.ts';

/** What sockets may cost. */
export interface SocketLimits {
  /** Of the whole server. */
  readonly maxSockets: number;
  readonly maxSocketsPerAddress: number;
  /** A socket that has taken nothing of what waits for it for so long is too far behind, in milliseconds. */
  readonly stalledMs?: number;
}

/** What sockets are served with. */
export interface WebSocketOptions {
  readonly path: string;
  readonly attend: Attend;
  readonly limits: SocketLimits;
  readonly log: Logger;
}

/** Sockets that are served. */
export interface WebSockets {
  readonly size: () => number;
  /** Asks every client to connect again, elsewhere or later; cuts those off that do not go. */
  readonly close: () => Promise<void>;
}

const SWEEP_MS = 1_000;
const STALLED_MS = 10_000;
const SERVICE_RESTART = 1012;
/** A socket that does not answer a close is cut off after so long, in milliseconds; its types do not know it. */
const CLOSING = { closeTimeout: 5_000 };

/** Takes WebSockets beside HTTP on one server. */
export function serveWebSockets(server: Server, { path, attend, limits, log }: WebSocketOptions): WebSockets {
  const room = new Room(limits);
  const sockets = createSockets();
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', ignore);
    const address = request.socket.remoteAddress ?? '';
    const refusal =
      refusalOf(request, path) ?? (room.isFull(address) ? '503 Service Unavailable' : undefined);
    if (refusal === undefined)
      sockets.handleUpgrade(request, socket, head, (webSocket) =>
        attend(room.enter(webSocket, address), request),
      );
    else socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  };
  server.on('upgrade', upgrade);
  const sweep = setInterval(() => {
    const late = room.check(limits.stalledMs ?? STALLED_MS);
    if (late > 0) log.info({ sockets: late }, 'sockets too far behind, closed');
  }, SWEEP_MS);
  return {
    size: () => room.size,
    close: async () => {
      clearInterval(sweep);
      server.off('upgrade', upgrade);
      await room.clear();
    },
  };
}

/** A function of its own: one made where a socket is taken would keep the request alive as long as that. */
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
function refusalOf({ url, headers }: IncomingMessage, path: string): string | undefined {
  if (url?.split('?', 1)[0] !== path) return '404 Not Found';
  // A browser says which site its page is of; no other site may use a visitor's browser here.
  const { origin, host } = headers;
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) return undefined;
  return '403 Forbidden';
}

/** The sockets that are open, counted by the address that they come from. */
class Room {
  readonly #limits: SocketLimits;
  readonly #peers = new Set<Peer>();
  readonly #perAddress = new Map<string, number>();

  constructor(limits: SocketLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#peers.size;
  }

  isFull(address: string): boolean {
    const { maxSockets, maxSocketsPerAddress } = this.#limits;
    return this.size >= maxSockets || (this.#perAddress.get(address) ?? 0) >= maxSocketsPerAddress;
  }

  enter(socket: WebSocket, address: string): Peer {
    const peer = new Peer(socket);
    this.#peers.add(peer);
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    socket.once('close', () => {
      this.#peers.delete(peer);
      const others = (this.#perAddress.get(address) ?? 1) - 1;
      if (others === 0) this.#perAddress.delete(address);
      else this.#perAddress.set(address, others);
    });
    return peer;
  }

  /** Closes those who are gone or too far behind; gives how many the latter are. */
  check(stalledMs: number): number {
    const now = Date.now();
    return [...this.#peers].filter((peer) => peer.check(now, stalledMs)).length;
  }

  async clear(): Promise<void> {
    const closing = [...this.#peers].map(async ({ socket }) => {
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.close(SERVICE_RESTART, 'the server stops; resume from the last cursor');
      await closed;
    });
    await Promise.all(closing);
  }
}
