import type { SentError } from './feed-error.ts';

/** What is asked of a server. */
export interface FeedRequest {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One answer of many. */
export interface FeedResult {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly SentError[];
}

/**
 * Asks once, and gives the answers as they come. Ends where the server or the connection does; throws Lost where it is to be
 * tried again a little later, Behind where at once, FeedError where not. Ends soon after the signal.
 */
export type Connect = (request: FeedRequest, signal: AbortSignal) => AsyncGenerator<FeedResult, void>;

/** A server that has sent nothing for so long, not even a sign of life, is not there any more; in milliseconds. */
export const SILENCE_MS = 35_000;
