import type { SentError } from './feed-error.ts';

/** A GraphQL subscription, as it is sent. */
export interface FeedRequest {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One result of a subscription. */
export interface FeedResult {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly SentError[];
}

/**
 * Opens one connection, subscribes, and yields the results as they arrive. Ends when the server or the
 * connection ends, and soon after `signal` is aborted. Throws Lost if another try may succeed after a delay,
 * Behind if the caller should reconnect at once, and FeedError if trying again is useless.
 */
export type Connect = (request: FeedRequest, signal: AbortSignal) => AsyncGenerator<FeedResult, void>;

/**
 * A connection is lost if nothing at all arrives for this time, in milliseconds. Servers send a sign of life
 * (a ping or a comment) well within it.
 */
export const SILENCE_MS = 35_000;
