import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../src/limits/limits.ts';
import { LoadMonitor } from '../../src/limits/load-monitor.ts';

/** A monitor whose ticks come after as many milliseconds as the test says. */
function monitor(maxEventLoopDelayMs: number) {
  let now = 0;
  const load = new LoadMonitor(limitsOf({ maxEventLoopDelayMs }), () => now);
  const tick = (ms: number): void => {
    now += ms;
    load.tick();
  };
  return { load, tick };
}

describe('a server is overloaded', () => {
  test('while its ticks are late three times in a row, by more than the limit', () => {
    const { load, tick } = monitor(500);
    tick(1_000);
    tick(1_000);
    expect(load.retryAfterMs()).toBeUndefined();
    tick(1_100);
    expect(load.retryAfterMs()).toBe(750);
    tick(1_200);
    expect(load.retryAfterMs()).toBe(750);
    tick(250);
    expect(load.retryAfterMs()).toBeUndefined();
  });

  test('not because the process stood still once', () => {
    const { load, tick } = monitor(500);
    for (const ms of [250, 60_000, 250, 60_000, 250]) {
      tick(ms);
      expect(load.retryAfterMs()).toBeUndefined();
    }
  });

  test('never without a limit', () => {
    const { load, tick } = monitor(0);
    for (let n = 0; n < 5; n += 1) tick(60_000);
    expect(load.retryAfterMs()).toBeUndefined();
  });
});
