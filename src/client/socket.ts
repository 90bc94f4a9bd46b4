import { createClient, type Client, type Sink } from 'graphql-ws';
import { SILENCE_MS, type Connect, type FeedRequest, type FeedResult } from './connection.ts';
import { Behind, errorOf, errorOfStatus, FeedError, Lost, type SentError } from './feed-error.ts';
import { refusalOf } from './refusal.ts';

/** How to connect by WebSocket. */
export interface SocketOptions {
  /** What the server is told as the socket opens, such as `{ authorization: 'Bearer …' }`. */
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
  /** The class WebSocket; that of the platform where absent, or of the package ws. */
  readonly webSocketImpl?: unknown;
}

const PING_MS = 12_000;
/** A browser cannot slow a socket down: when its reader is so many batches behind, it is closed and resumed later. */
const MOST_WAITING = 100;
/** Of RFC 6455's private codes, those by which graphql-transport-ws says that trying again is no use. */
const FATAL = new Set([4400, 4401, 4403, 4406]);

/** Connects by graphql-transport-ws, with a socket of its own for each try. */
export function socketConnect(url: string, options: SocketOptions): Connect {
  const address = url.replace(/^http/, 'ws');
  return async function* connect(request, signal) {
    const webSocketImpl = heard(options.webSocketImpl ?? (await platformWebSocket()));
    // Whatever ends it ends its client: that would go on with another socket, after the cursor of the beginning.
    const inbox = new Inbox(() => client.terminate());
    const client = open(address, { ...options, webSocketImpl }, inbox);
    const stop = (): void => inbox.end();
    signal.addEventListener('abort', stop);
    try {
      client.subscribe<FeedResult['data']>(payloadOf(request), inbox as Sink<never>);
      yield* inbox.results(signal);
    } catch (error) {
      throw (error instanceof Unopened ? await refusalOf(url, signal) : undefined) ?? error;
    } finally {
      signal.removeEventListener('abort', stop);
      inbox.end();
    }
  };
}

async function platformWebSocket(): Promise<unknown> {
  if (typeof globalThis.WebSocket !== 'undefined') return globalThis.WebSocket;
  return (await import('ws')).WebSocket;
}

/** A socket that did not open, and its class does not say why: so it is in browsers. */
class Unopened extends Lost {}

type SocketClass = new (url: string, protocol: string) => EventTarget;

/**
 * Gives a WebSocket an ear for its errors. graphql-ws listens no more when it closes a socket that is still connecting, to
 * which that is an error: one that nobody hears ends a process, where the socket is of the package ws.
 */
function heard(webSocketImpl: unknown): SocketClass {
  return class extends (webSocketImpl as SocketClass) {
    constructor(url: string, protocol: string) {
      super(url, protocol);
      this.addEventListener('error', () => {});
    }
  };
}

function open(url: string, options: SocketOptions, inbox: Inbox): Client {
  const heardFrom = (): void => inbox.heard();
  const lost = (reason: unknown): void => inbox.error(reason);
  return createClient({
    url,
    ...(options.connectionParams !== undefined && { connectionParams: { ...options.connectionParams } }),
    webSocketImpl: options.webSocketImpl,
    // Trying again is for who knows the cursor.
    retryAttempts: 0,
    keepAlive: PING_MS,
    on: {
      opened: () => inbox.opened(),
      message: heardFrom,
      ping: heardFrom,
      pong: heardFrom,
      error: lost,
      closed: lost,
    },
  });
}

function payloadOf({ query, operationName, variables }: FeedRequest) {
  return { query, variables: { ...variables }, ...(operationName !== undefined && { operationName }) };
}

/** What has come and has not been read. */
class Inbox {
  readonly #results: FeedResult[] = [];
  #opened = false;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  readonly #hangUp: () => void;

  /** `hangUp` is called once, when nothing more is wanted. */
  constructor(hangUp: () => void) {
    this.#hangUp = hangUp;
    this.heard();
  }

  opened(): void {
    this.#opened = true;
  }

  heard(): void {
    clearTimeout(this.#watchdog);
    if (this.#ended) return;
    this.#watchdog = setTimeout(() => this.error(new Lost('the server is silent')), SILENCE_MS);
  }

  next(result: FeedResult): void {
    if (this.#ended) return;
    this.#results.push(result);
    // What waits is read to its end; the rest comes when the cursor of its last one is asked for.
    if (this.#results.length >= MOST_WAITING) this.error(new Behind());
    else this.#wake?.();
  }

  error(error: unknown): void {
    if (this.#ended) return;
    this.#failure = failureOf(error, this.#opened);
    this.end();
  }

  complete(): void {
    this.end();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#watchdog);
    this.#hangUp();
    this.#wake?.();
  }

  async *results(signal: AbortSignal): AsyncGenerator<FeedResult, void> {
    while (!signal.aborted) {
      const result = this.#results.shift();
      if (result !== undefined) yield result;
      else if (this.#failure !== undefined) throw this.#failure;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** graphql-ws gives errors of GraphQL as an array, all else as the event that closed the socket, or an Error. */
function failureOf(error: unknown, opened: boolean): Error {
  if (Array.isArray(error)) return errorOf(error as SentError[]);
  if (error instanceof Lost || error instanceof Behind) return error;
  const { code, reason, message } = error as { code?: unknown; reason?: string; message?: string };
  const text = `${reason || message || 'the connection failed'}${typeof code === 'number' ? ` (${code})` : ''}`;
  const [, status] = UNEXPECTED.exec(text) ?? [];
  if (status !== undefined) return errorOfStatus(Number(status));
  if (FATAL.has(Number(code)) || PROTOCOL.test(text)) return new FeedError([{ message: text }]);
  return opened || (message && !UNTOLD.test(message)) ? new Lost(text) : new Unopened(text);
}

// What classes of WebSockets say of a handshake that failed: that of the package ws, and that of Node.
const UNEXPECTED = /^Unexpected server response: (\d{3})/;
const PROTOCOL = /subprotocol|Protocol was not set/i;
const UNTOLD = /non-101/;
