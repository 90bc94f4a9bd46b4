import { sleep } from '../time/sleep.ts';
import type { Connect } from './connection.ts';
import { eventsConnect, type EventsOptions } from './events.ts';
import { Behind, errorOf, FeedError, Lost } from './feed-error.ts';
import { ReconnectDelay } from './reconnect-delay.ts';
import { socketConnect, type SocketOptions } from './socket.ts';
import { feedOperation, type FeedDocument, type FeedOperation } from './subscription-document.ts';

export { FeedError } from './feed-error.ts';
export type { FeedDocument } from './subscription-document.ts';

/** The state of the connection. */
export interface FeedStatus {
  readonly state: 'connecting' | 'live' | 'waiting';
  /** Number of attempts to connect since the last batch, this one included. */
  readonly attempt: number;
  /** Why the connection was lost. Only while `waiting`. */
  readonly reason?: string;
}

/** Options of `subscribe`. `connectionParams` and `webSocketImpl` apply to `ws`, `headers` to `sse`. */
export interface SubscribeOptions extends SocketOptions, EventsOptions {
  /** WebSocket (the default), or server-sent events. */
  readonly transport?: 'ws' | 'sse';
  /** Ends the subscription: the iterator finishes, without an error. */
  readonly signal?: AbortSignal;
  /** Called whenever the state of the connection changes. */
  readonly onStatus?: (status: FeedStatus) => void;
}

type Variables = Readonly<Record<string, unknown>>;

/**
 * Subscribes to the feed of a Papergraph server and yields the `data` of each batch. Delivers every event
 * exactly once: after any disconnect it reconnects, for as long as it takes, and resumes from the cursor of
 * the last batch that was read. Ends when the caller leaves the loop or `signal` is aborted.
 *
 * `url` is the http(s) address of the GraphQL endpoint; in a browser it may be relative. `document`
 * subscribes to `paperIngested` or `digestIngested`, passes a variable as `after`, and selects `cursor`.
 * Throws TypeError for any other address or document, and GraphQLError for a document with a syntax error.
 * The iteration throws FeedError if the server refuses for good, for example with CURSOR_EXPIRED.
 */
export function subscribe<Data = Readonly<Record<string, unknown>>, Given extends object = Variables>(
  url: string | URL,
  document: FeedDocument<Data, Given>,
  variables?: Given,
  options: SubscribeOptions = {},
): AsyncIterableIterator<Data> {
  const operation = feedOperation(document as FeedDocument<never, never>);
  const address = addressOf(url);
  const connect =
    options.transport === 'sse' ? eventsConnect(address, options) : socketConnect(address, options);
  const controller = new AbortController();
  const { signal } = controller;
  const batches = follow(operation, variables ?? {}, { connect, signal, onStatus: options.onStatus });
  const stream = until(options.signal, controller, batches) as AsyncGenerator<Data, undefined>;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => await stream.next(),
    return: async () => {
      // `return` of a generator that is waiting takes effect only after its `await` settles; the abort
      // settles it.
      controller.abort();
      return await stream.return(undefined);
    },
    throw: async (error: unknown) => {
      controller.abort();
      return await stream.throw(error);
    },
  };
}

function addressOf(url: string | URL): string {
  // In a browser, a relative URL is resolved against the page's address.
  const { location } = globalThis as { location?: { readonly href: string } };
  const { href, protocol } = new URL(url, location?.href);
  if (protocol === 'http:' || protocol === 'https:') return href;
  throw new TypeError(`expected an http(s) URL, got ${href}`);
}

/** Yields from `stream` and aborts `controller` with `signal`. Listens to `signal` only while it runs. */
async function* until<T>(
  signal: AbortSignal | undefined,
  controller: AbortController,
  stream: AsyncGenerator<T, undefined>,
): AsyncGenerator<T, undefined> {
  const abort = (): void => controller.abort();
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  try {
    return yield* stream;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

interface Following {
  readonly connect: Connect;
  readonly signal: AbortSignal;
  readonly onStatus: SubscribeOptions['onStatus'];
}

async function* follow(
  operation: FeedOperation,
  given: object,
  following: Following,
): AsyncGenerator<unknown, undefined> {
  const { signal, onStatus } = following;
  const progress: Progress = { variables: { ...given }, attempt: 1, delay: new ReconnectDelay() };
  for (; !signal.aborted; progress.attempt += 1) {
    onStatus?.({ state: 'connecting', attempt: progress.attempt });
    let lost = new Lost('the server has ended the stream');
    try {
      yield* listen(operation, progress, following);
    } catch (error) {
      if (error instanceof Behind) continue;
      if (!(error instanceof Lost)) throw error;
      lost = error;
    }
    if (signal.aborted) break;
    onStatus?.({ state: 'waiting', attempt: progress.attempt, reason: lost.message });
    await sleep(Math.max(lost.retryAfterMs, progress.delay.next()), signal);
  }
  return undefined;
}

/** How far a subscription has come, across connections. */
interface Progress {
  /** The variables of the next request: those given, with the cursor of the last batch. */
  variables: Variables;
  /** Tries since the last batch. */
  attempt: number;
  readonly delay: ReconnectDelay;
}

/** Reads batches from one connection, until it ends. */
async function* listen(
  { key, cursorVariable, query, operationName }: FeedOperation,
  progress: Progress,
  { connect, signal, onStatus }: Following,
): AsyncGenerator<unknown, void> {
  const { variables } = progress;
  for await (const { data, errors = [] } of connect({ query, operationName, variables }, signal)) {
    if (signal.aborted) return;
    const batch = data?.[key] ?? undefined;
    if (batch === undefined) throw errorOf(errors);
    if (progress.attempt > 0) onStatus?.({ state: 'live', attempt: progress.attempt });
    progress.attempt = 0;
    progress.delay.answered();
    progress.variables = { ...variables, [cursorVariable]: cursorOf(batch) };
    yield data;
  }
}

function cursorOf(batch: unknown): string {
  const { cursor } = batch as { cursor?: unknown };
  if (typeof cursor === 'string') return cursor;
  throw new FeedError([{ message: 'expected the cursor in the answer: select it' }]);
}
