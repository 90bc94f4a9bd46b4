import type { Connect } from './connection.ts';
import { feedOperation, type FeedDocument, type FeedOperation } from './document.ts';
import { eventsConnect, type EventsOptions } from './events.ts';
import { errorOf, FeedError, Lost } from './feed-error.ts';
import { socketConnect, type SocketOptions } from './socket.ts';

export { FeedError } from './feed-error.ts';
export type { FeedDocument } from './document.ts';

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
 * its `cursor` selected. `url`: of GraphQL, http(s). Throws TypeError for a document that cannot be resumed; the iteration
 * throws FeedError where the server refuses for good, such as with CURSOR_EXPIRED.
 */
export function subscribe<Data = Readonly<Record<string, unknown>>, Given extends object = Variables>(
  url: string | URL,
  document: FeedDocument<Data, Given>,
  variables?: Given,
  options: SubscribeOptions = {},
): AsyncIterableIterator<Data, undefined> {
  const operation = feedOperation(document as FeedDocument<never, never>);
  const address = String(url);
  const connect =
    options.transport === 'sse' ? eventsConnect(address, options) : socketConnect(address, options);
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (options.signal?.aborted === true) abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  const stream = follow(operation, variables as Variables | undefined, {
    connect,
    signal: controller.signal,
    onStatus: options.onStatus,
  }) as AsyncGenerator<Data, undefined>;
  const end = (): void => {
    abort();
    options.signal?.removeEventListener('abort', abort);
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => await stream.next(),
    return: async () => {
      // A generator that waits is not told before what it waits for has ended.
      end();
      return await stream.return(undefined);
    },
    throw: async (error: unknown) => {
      end();
      return await stream.throw(error);
    },
  };
}

interface Following {
  readonly connect: Connect;
  readonly signal: AbortSignal;
  readonly onStatus: SubscribeOptions['onStatus'];
}

async function* follow(
  operation: FeedOperation,
  given: Variables | undefined,
  { connect, signal, onStatus }: Following,
): AsyncGenerator<unknown, undefined> {
  const place: Place = { variables: given ?? {}, attempt: 1 };
  for (; !signal.aborted; place.attempt += 1) {
    onStatus?.({ state: 'connecting', attempt: place.attempt });
    let lost = new Lost('the server has ended the stream');
    try {
      yield* listen(operation, place, { connect, signal, onStatus });
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      lost = error;
    }
    if (signal.aborted) break;
    onStatus?.({ state: 'waiting', attempt: place.attempt, reason: lost.message });
    await sleep(Math.max(lost.retryAfterMs, backOff(place.attempt)), signal);
  }
  return undefined;
}

/** Where in the feed a subscriber is. */
interface Place {
  variables: Variables;
  /** Tries since the last answer. */
  attempt: number;
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
    place.variables = { ...variables, [cursorVariable]: cursorOf(batch) };
    yield data;
  }
}

function cursorOf(batch: unknown): string {
  const { cursor } = batch as { cursor?: unknown };
  if (typeof cursor === 'string') return cursor;
  throw new FeedError([{ message: 'expected the cursor in the answer: select it' }]);
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;

/** Full jitter: those who lost one server together do not come back together. */
function backOff(attempt: number): number {
  return Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
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
