import { expect, test } from 'vitest';
import { ReadCache } from '../../src/reads/cache/read-cache.ts';

/** A cache of texts, and the keys that it has read. */
function textCache(characters: number, size: number) {
  const cache = new ReadCache(characters);
  const read: number[] = [];
  const load = (key: number): unknown =>
    cache.get(`text ${key}`, () => {
      read.push(key);
      return 'x'.repeat(size);
    });
  return { load, read };
}

test('values take no more than the size of the cache; those used last are kept', () => {
  const { load, read } = textCache(1_000, 100);
  const keys = Array.from({ length: 50 }, (_, key) => key);
  for (const key of keys) {
    load(key);
    // Used all the time.
    load(0);
  }
  expect(read).toEqual(keys);
  read.length = 0;
  for (const key of [0, ...keys.slice(1).toReversed()]) load(key);
  const kept = keys.filter((key) => !read.includes(key));
  expect(kept).toContain(0);
  expect(kept.length).toBeGreaterThan(2);
  expect(kept.length).toBeLessThanOrEqual(10);
});

test('a value that would take the place of all others is not kept', () => {
  const { load, read } = textCache(1_000, 900);
  load(1);
  load(1);
  expect(read).toEqual([1, 1]);
});

test('a value is a promise only until it is known, is read once, and null is a value', async () => {
  const cache = new ReadCache();
  const batches: (readonly number[])[] = [];
  const load = cache.loader<number, number | null>({
    read: async (keys) => {
      batches.push(keys);
      return keys.map((key) => (key === 3 ? null : key * 10));
    },
  });
  expect(await Promise.all([load(1), load(2), load(1), load(3)])).toEqual([10, 20, 10, null]);
  expect([load(1), load(3)]).toEqual([10, null]);
  expect(batches).toEqual([[1, 2, 3]]);
});

test('a failure reaches all that wait for it, and the next read tries again', async () => {
  const cache = new ReadCache();
  let fails = true;
  const load = cache.loader<number, number>({
    read: async (keys) => {
      if (fails) throw new Error('no');
      return keys;
    },
  });
  const both = await Promise.allSettled([load(1), load(1)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await load(1)).toBe(1);
});
