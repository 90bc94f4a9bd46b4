import { afterEach, expect, test, vi } from 'vitest';
import { readableTime } from '../../src/cli/time.ts';

afterEach(() => vi.unstubAllEnvs());

const INSTANT = new Date('2026-01-15T23:30:00Z');

test.each([
  ['Asia/Shanghai', '2026-01-16 07:30 +08:00'],
  ['America/St_Johns', '2026-01-15 20:00 -03:30'],
  ['UTC', '2026-01-15 23:30 +00:00'],
])('a time in %s says its offset from UTC', (zone, text) => {
  vi.stubEnv('TZ', zone);
  expect(readableTime(INSTANT)).toBe(text);
  expect(readableTime(INSTANT, true)).toBe('2026-01-15 23:30Z');
});
