import { createClient, type Client, type Sink } from 'graphql-ws/client';
import { CLOSE_CODES } from '../errors/close-codes.ts';
import { SILENCE_MS, type Connect, type FeedRequest, type FeedResult } from './connection.ts';
import { Behind, errorOf, errorOfStatus, FeedError, Lost, type SentError } from './feed-error.ts';
import { refusalOf } from './refusal.ts';

/** Options for WebSockets. */
export interface SocketOptions {
  /** Payload of the `connection_init` message, such as `{ authorization: 'Bearer …' }`. */
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
  /** A WebSocket class. By default that of the platform, or of the package ws if there is none (Node 20). */
  readonly webSocketImpl?: unknown;
}

const PING_MS = 12_000;
/**
 * WebSockets in browsers have no back-pressure. With this many unread batches we close the socket, and resume
 * from the last cursor when all of them have been read.
 */
const MOST_UNREAD = 100;
/** Close codes after which a new connection would fail in the same way. Only other servers send 4403. */
const FATAL = new Set([
  4403,
  ...Object.values(CLOSE_CODES).flatMap(({ code, retryable }) => (retryable ? [] : [code])),
]);

/** Connects by graphql-transport-ws. Each try opens a socket of its own. */
export function socketConnect(url: string, options: SocketOptions): Connect {
  const address = url.replace(/^http/, 'ws');
  return async function* connect(request, signal) {
    const webSocketImpl = withErrorListener(options.webSocketImpl ?? (await platformWebSocket()));
    // graphql-ws would reconnect by itself and resume from the first cursor, so its client ends with this
    // connection.
    const inbox = new Inbox(() => client.terminate());
    const client = open(address, { ...options, webSocketImpl }, inbox);
    const stop = (): void => inbox.end();
    signal.addEventListener('abort', stop);
    try {
      client.subscribe<FeedResult['data']>(payloadOf(request), inbox as Sink<never>);
      yield* inbox.results(signal);
    } catch (error) {
      throw (error instanceof HandshakeFailed ? await refusalOf(url, signal) : undefined) ?? error;
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

/** The handshake failed, and the WebSocket class does not say why: browsers never do. */
class HandshakeFailed extends Lost {}

type SocketClass = new (url: string, protocol: string) => EventTarget;

/**
 * Adds an `error` listener that does nothing. graphql-ws removes its own when it closes a socket that is
 * still connecting; the package ws then emits `error`, which without a listener would crash the process.
 */
function withErrorListener(webSocketImpl: unknown): SocketClass {
  return class extends (webSocketImpl as SocketClass) {
    constructor(url: string, protocol: string) {
      super(url, protocol);
      this.addEventListener('error', () => {});
    }
  };
}

function open(url: string, options: SocketOptions, inbox: Inbox): Client {
  const alive = (): void => inbox.alive();
  const lost = (reason: unknown): void => inbox.error(reason);
  return createClient({
    url,
    ...(options.connectionParams !== undefined && { connectionParams: { ...options.connectionParams } }),
    webSocketImpl: options.webSocketImpl,
    // Reconnecting is the job of `subscribe`, which knows the last cursor.
    retryAttempts: 0,
    keepAlive: PING_MS,
    on: {
      opened: () => inbox.opened(),
      message: alive,
      ping: alive,
      pong: alive,
      error: lost,
      closed: lost,
    },
  });
}

function payloadOf({ query, operationName, variables }: FeedRequest) {
  return { query, variables: { ...variables }, ...(operationName !== undefined && { operationName }) };
}

/** Results that have arrived and are not read yet. It is the sink of the graphql-ws client. */
class Inbox {
  readonly #results: FeedResult[] = [];
  #opened = false;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  readonly #hangUp: () => void;

  /** `hangUp` closes the connection. It is called once: on an error, the end, or too many unread results. */
  constructor(hangUp: () => void) {
    this.#hangUp = hangUp;
    this.alive();
  }

  opened(): void {
    this.#opened = true;
  }

  /** Call on each sign of life of the server. */
  alive(): void {
    clearTimeout(this.#watchdog);
    if (this.#ended) return;
    this.#watchdog = setTimeout(() => this.error(new Lost('the server is silent')), SILENCE_MS);
  }

  next(result: FeedResult): void {
    if (this.#ended) return;
    this.#results.push(result);
    // The unread results can still be read; then the subscription resumes from the cursor of the last one.
    if (this.#results.length >= MOST_UNREAD) this.error(new Behind());
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

  /** The results in order, then the end or the failure of the connection. */
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

/** graphql-ws reports GraphQL errors as an array, other failures as a close event or an Error. */
function failureOf(error: unknown, opened: boolean): Error {
  if (Array.isArray(error)) return errorOf(error as SentError[]);
  if (error instanceof Lost || error instanceof Behind) return error;
  const { code, reason, message } = error as { code?: unknown; reason?: string; message?: string };
  const suffix = typeof code === 'number' ? ` (${code})` : '';
  const text = `${reason || message || 'the connection failed'}${suffix}`;
  const [, status] = REFUSED.exec(text) ?? [];
  if (status !== undefined) return errorOfStatus(Number(status));
  if (FATAL.has(Number(code)) || PROTOCOL.test(text)) return new FeedError([{ message: text }]);
  return opened || (message && !UNEXPLAINED.test(message)) ? new Lost(text) : new HandshakeFailed(text);
}

// Reports of a failed handshake: the package ws names the HTTP status, Node's own class does not.
const REFUSED = /^Unexpected server response: (\d{3})/;
const PROTOCOL = /subprotocol|Protocol was not set/i;
const UNEXPLAINED = /non-101/;
