import { expect, test } from 'vitest';
import { LeakyBuckets } from '../../src/limits/leaky-buckets.ts';
import { limitsOf } from '../../src/limits/limits.ts';

/** Buckets with a clock that the test moves. */
function buckets() {
  const clock = { ms: 0 };
  const limits = limitsOf({ costBurst: 100, costPerSecond: 10 });
  return { clock, points: new LeakyBuckets(limits, () => clock.ms) };
}

test('a client can spend its burst at once, then what it gets back in each second', () => {
  const { clock, points } = buckets();
  expect(points.take('ann', 60)).toEqual({ left: 40, retryAfterMs: undefined });
  expect(points.take('ann', 40)).toEqual({ left: 0, retryAfterMs: undefined });
  expect(points.take('ann', 5)).toEqual({ left: 0, retryAfterMs: 500 });
  clock.ms = 500;
  expect(points.take('ann', 5)).toEqual({ left: 0, retryAfterMs: undefined });
  clock.ms = 60_000;
  expect(points.take('ann', 0)).toEqual({ left: 100, retryAfterMs: undefined });
});

test('a client that is refused has lost nothing, and others have all their points', () => {
  const { points } = buckets();
  points.take('ann', 90);
  expect(points.take('ann', 20)).toEqual({ left: 10, retryAfterMs: 1_000 });
  expect(points.take('ann', 10)).toEqual({ left: 0, retryAfterMs: undefined });
  expect(points.take('bob', 10)).toEqual({ left: 90, retryAfterMs: undefined });
});

test('a price above the burst takes the whole burst', () => {
  const { clock, points } = buckets();
  expect(points.take('ann', 1_000)).toEqual({ left: 0, retryAfterMs: undefined });
  clock.ms = 1_000;
  expect(points.take('ann', 1_000)).toEqual({ left: 10, retryAfterMs: 9_000 });
});
