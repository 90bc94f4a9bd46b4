import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from './app.ts';

/** The server cannot listen on its host and port. The message is one line and says why. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** A server that listens. */
export interface Listening {
  /** With the actual port, and with `localhost` if the server listens on every address. */
  readonly url: string;
  /**
   * Accepts no more connections, ends event streams and subscriptions, and waits for running requests and
   * WebSocket operations. After `withinMs` milliseconds (10,000 by default) it calls `giveUp`, which should
   * fail them, and cuts off the rest a second later. Without `giveUp` it cuts them off at once.
   */
  close(withinMs?: number, giveUp?: () => void): Promise<void>;
}

/**
 * Timeouts of connections, in milliseconds, against clients that send slowly or hold connections without a
 * request.
 */
export const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  // Longer than the 60 seconds of common load balancers. They must close first, or they send requests into a
  // closed connection.
  keepAliveTimeout: 65_000,
};
/** Time to send the responses that say that a request was given up, in milliseconds. */
const ANSWER_MS = 1_000;
/** Maximum number of headers of a request. Node ignores the rest. */
export const MAX_HEADERS = 64;
/** Requests after which a kept-alive connection is closed. */
export const MAX_REQUESTS_PER_SOCKET = 1_000;

/** Starts a server. Port 0 takes any free one. Rejects with ListenError. */
export async function listen(app: App, { host, port }: { host: string; port: number }): Promise<Listening> {
  const server = createServer(LIMITS, app.request);
  server.maxHeadersCount = MAX_HEADERS;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw new ListenError(explain(error as NodeJS.ErrnoException, host, port), { cause: error });
  }
  const url = urlOf(server.address() as AddressInfo);
  const streams = app.attach(server);
  return {
    url,
    close: async (withinMs = 10_000, giveUp) => await close(server, streams, { withinMs, giveUp }),
  };
}

function explain({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  const where = `${host} port ${port}`;
  if (code === 'EADDRINUSE')
    return `${where} is taken: choose another with --port or PORT (0 takes any free one)`;
  if (code === 'EACCES') return `${where} may not be used by this user: choose another with --port or PORT`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is not an address of this machine: choose another with --host or HOST`;
  return `cannot listen on ${where}: ${message}`;
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function close(
  server: Server,
  streams: ReturnType<App['attach']>,
  { withinMs, giveUp }: { withinMs: number; giveUp: (() => void) | undefined },
): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const cutOff = new AbortController();
  const ended = streams.close(cutOff.signal);
  // A connection that is busy now would be kept alive after its response.
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  // Connections that are busy now become idle later, and Node has no event for that.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => giveUp?.(), withinMs);
  const cut = setTimeout(
    () => {
      cutOff.abort();
      server.closeAllConnections();
    },
    withinMs + (giveUp === undefined ? 0 : ANSWER_MS),
  );
  await ended;
  await closed;
  clearInterval(sweep);
  clearTimeout(late);
  clearTimeout(cut);
}
