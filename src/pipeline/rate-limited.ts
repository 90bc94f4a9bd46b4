import type { GraphQLError } from 'graphql';
import type { Taken } from '../limits/leaky-buckets.ts';
import type { Limits } from '../limits/limits.ts';
import { requestError } from './failures.ts';

/** Parts of a refusal that differ. */
interface RateLimitedOptions {
  /** 503 if the server is overloaded, whoever asks. */
  readonly status?: 429 | 503;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The refusal of an operation that may succeed after `retryAfterMs` milliseconds. */
export function rateLimited(
  reason: string,
  retryAfterMs: number,
  { status = 429, headers = {} }: RateLimitedOptions = {},
): GraphQLError {
  return requestError('RATE_LIMITED', `${reason}; retry in ${retryAfterMs} ms`, {
    status,
    headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)), ...headers },
    details: { retryAfterMs },
  });
}

/** Throws the refusal of a client that has too few points. */
export function checkTaken({ left, retryAfterMs }: Taken, limits: Limits): void {
  if (retryAfterMs === undefined) return;
  throw rateLimited(`too few points left: ${left}`, retryAfterMs, { headers: pointHeaders(left, limits) });
}

/**
 * What a client has left, by draft-ietf-httpapi-ratelimit-headers-10: its points, and the seconds until it has all
 * of them again. The policy's window is the time in which the server restores all points.
 */
export function pointHeaders(
  left: number,
  { costBurst, costPerSecond }: Limits,
): Readonly<Record<string, string>> {
  const seconds = (points: number): number => Math.ceil(points / costPerSecond);
  return {
    'ratelimit-policy': `"points";q=${costBurst};w=${seconds(costBurst)};qu="points"`,
    ratelimit: `"points";r=${left};t=${seconds(costBurst - left)}`,
  };
}
