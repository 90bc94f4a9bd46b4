import { BackOff } from './back-off.ts';
import type { Connect } from './connection.ts';
import { feedOperation, type FeedDocument, type FeedOperation } from './subscription-document.ts';
import { eventsConnect, type EventsOptions } from './events.ts';
import { Behind, errorOf, FeedError, Lost } from './feed-error.ts';
import { socketConnect, type SocketOptions } from './socket.ts';

export { FeedError } from './feed-error.ts';
export type { FeedDocument } from './subscription-document.ts';

/** What the connection is doing. */
export interface FeedStatus {
  readonly state: 'connecting' | 'live' | 'waiting';
  /** Tries since the last answer. */
  readonly attempt: number;
  /** Why it waits. */
  readonly reason?: string;
}

/** How to subscribe. */
export interface SubscribeOptions extends SocketOptions, EventsOptions {
  /** WebSocket, or server-sent events. */
  readonly transport?: 'ws' | 'sse';
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
  readonly onStatus?: (status: FeedStatus) => void;
}

type Variables = Readonly<Record<string, unknown>>;

/**
 * Follows the feed of a Papergraph server: gives the `data` of each batch, each event once and none left out, however often
 * the connection is lost. It connects again for ever, after the cursor of the last batch that was taken; until the loop is
 * left or the signal aborted. The subscription is to `paperIngested` or `digestIngested`, with a variable for `after` and
 * its `cursor` selected. `url`: of GraphQL, http(s). Throws TypeError for another address, or a document that cannot be
 * resumed; the iteration throws FeedError where the server refuses for good, such as with CURSOR_EXPIRED.
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
      // A generator that waits is not told before what it waits for has ended.
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
  // In a browser it may be of the page's own site.
  const { location } = globalThis as { location?: { readonly href: string } };
  const { href, protocol } = new URL(url, location?.href);
  if (protocol === 'http:' || protocol === 'https:') return href;
  throw new TypeError(`expected an http(s) URL, got ${href}`);
}

/** Gives what a stream gives, and aborts its controller with the signal. That is left alone before and after. */
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
  const place: Place = { variables: { ...given }, attempt: 1, backOff: new BackOff() };
  for (; !signal.aborted; place.attempt += 1) {
    onStatus?.({ state: 'connecting', attempt: place.attempt });
    let lost = new Lost('the server has ended the stream');
    try {
      yield* listen(operation, place, following);
    } catch (error) {
      if (error instanceof Behind) continue;
      if (!(error instanceof Lost)) throw error;
      lost = error;
    }
    if (signal.aborted) break;
    onStatus?.({ state: 'waiting', attempt: place.attempt, reason: lost.message });
    await sleep(Math.max(lost.retryAfterMs, place.backOff.next()), signal);
  }
  return undefined;
}

/** Where in the feed a subscriber is. */
interface Place {
  variables: Variables;
  /** Tries since the last answer. */
  attempt: number;
  readonly backOff: BackOff;
}

/** Listens until the connection is lost. */
async function* listen(
  { key, cursorVariable, query, operationName }: FeedOperation,
  place: Place,
  { connect, signal, onStatus }: Following,
): AsyncGenerator<unknown, void> {
  const { variables } = place;
  for await (const { data, errors = [] } of connect({ query, operationName, variables }, signal)) {
    if (signal.aborted) return;
    const batch = data?.[key] ?? undefined;
    if (batch === undefined) throw errorOf(errors);
    if (place.attempt > 0) onStatus?.({ state: 'live', attempt: place.attempt });
    place.attempt = 0;
    place.backOff.answered();
    place.variables = { ...variables, [cursorVariable]: cursorOf(batch) };
    yield data;
  }
}

function cursorOf(batch: unknown): string {
  const { cursor } = batch as { cursor?: unknown };
  if (typeof cursor === 'string') return cursor;
  throw new FeedError([{ message: 'expected the cursor in the answer: select it' }]);
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
