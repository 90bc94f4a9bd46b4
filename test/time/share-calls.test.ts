import { afterEach, expect, test, vi } from 'vitest';
import { shareCalls } from '../../src/time/share-calls.ts';

afterEach(() => void vi.useRealTimers());

test('calls made while one is running share the next one, which starts after all of them', async () => {
  const ends: (() => void)[] = [];
  const read = shareCalls(async () => {
    const started = ends.length + 1;
    await new Promise<void>((resolve) => ends.push(resolve));
    return started;
  });
  const first = read();
  await vi.waitFor(() => expect(ends).toHaveLength(1));
  const later = [read(), read()];
  ends[0]?.();
  expect(await first).toBe(1);
  await vi.waitFor(() => expect(ends).toHaveLength(2));
  ends[1]?.();
  expect(await Promise.all(later)).toEqual([2, 2]);
});

test('a call that hangs holds up the next one for a second only', async () => {
  vi.useFakeTimers();
  let calls = 0;
  const read = shareCalls(async () => {
    calls += 1;
    return calls === 1 ? await new Promise<number>(() => {}) : calls;
  });
  void read();
  await vi.advanceTimersByTimeAsync(0);
  const next = read();
  await vi.advanceTimersByTimeAsync(999);
  expect(calls).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await next).toBe(2);
});
