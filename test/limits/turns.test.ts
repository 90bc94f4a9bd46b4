import { describe, expect, test, vi } from 'vitest';
import {
  MOST_WAITING,
  MOST_WAITING_IN_ALL,
  Turns,
  type EndTurn,
  type TurnOptions,
} from '../../src/limits/turns.ts';

/** Turns, and the names of the operations that got one, in this order. */
function turns(given: Partial<TurnOptions>) {
  const all = new Turns({ perClient: 4, inAll: 8, waitMs: 5_000, ...given });
  const began: string[] = [];
  const ends = new Map<string, EndTurn>();
  /** Begins an operation named like its client with a number behind it. */
  const begin = async (name: string, signal?: AbortSignal): Promise<string> => {
    const turn = await all.begin(name.slice(0, 1), signal);
    if (typeof turn === 'string') return turn;
    began.push(name);
    ends.set(name, turn);
    return 'began';
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { all, began, begin, end };
}

describe('expensive operations', () => {
  test('run at once up to the limit of their client, and further ones as soon as one ends', async () => {
    const { all, began, begin, end } = turns({ perClient: 2, inAll: 9 });
    const names = ['a1', 'a2', 'a3', 'a4', 'b1'];
    const results = names.map(async (name) => await begin(name));
    await expect.poll(() => began).toEqual(['a1', 'a2', 'b1']);
    await end('a2');
    expect(began.slice(3)).toEqual(['a3']);
    await end('b1');
    expect(began.slice(4)).toEqual([]);
    await end('a1');
    expect(await Promise.all(results)).toEqual(Array(5).fill('began'));
    await end('a3');
    await end('a4');
    expect([all.running, all.waiting]).toEqual([0, 0]);
  });

  test('of different clients take turns, whoever has more of them', async () => {
    const { began, begin, end } = turns({ perClient: 4, inAll: 1 });
    const names = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'];
    const results = names.map(async (name) => await begin(name));
    for (let n = 0; n < names.length; n += 1) {
      await expect.poll(() => began.length).toBe(n + 1);
      await end(began[n] ?? '');
    }
    await Promise.all(results);
    expect(began).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  test('do not wait behind a client that is at its own limit', async () => {
    const { began, begin, end } = turns({ perClient: 1, inAll: 2 });
    const results = ['a1', 'a2', 'a3', 'b1', 'b2'].map(async (name) => await begin(name));
    await expect.poll(() => began).toEqual(['a1', 'b1']);
    await end('b1');
    expect(began).toEqual(['a1', 'b1', 'b2']);
    for (const name of ['a1', 'a2', 'a3', 'b2']) await end(name);
    await Promise.all(results);
  });

  test('are refused if too many of their client wait, or too many in all', async () => {
    const { all, begin } = turns({ perClient: 1, inAll: 1 });
    for (let n = 0; n <= MOST_WAITING; n += 1) void begin(`a${n}`);
    expect(await begin('a')).toBe('full');
    for (let n = 0; n < MOST_WAITING_IN_ALL; n += 1) void all.begin(`other ${n}`);
    expect(await begin('b')).toBe('full');
    expect(all.waiting).toBe(MOST_WAITING_IN_ALL);
  });

  test('are refused if they have waited too long', async () => {
    vi.useFakeTimers();
    const { all, begin, end } = turns({ perClient: 1, waitMs: 5_000 });
    await begin('a1');
    const second = begin('a2');
    vi.advanceTimersByTime(4_999);
    expect(all.waiting).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await second).toBe('late');
    await end('a1');
    expect([all.running, all.waiting]).toEqual([0, 0]);
    vi.useRealTimers();
  });

  test('no longer wait once their client has left', async () => {
    const { all, began, begin, end } = turns({ perClient: 1 });
    const client = new AbortController();
    await begin('a1');
    const left = begin('a2', client.signal);
    const third = begin('a3');
    client.abort();
    expect(await left).toBe('left');
    expect(await begin('a4', client.signal)).toBe('left');
    await end('a1');
    expect([await third, began]).toEqual(['began', ['a1', 'a3']]);
    await end('a3');
    expect([all.running, all.waiting]).toEqual([0, 0]);
  });

  test('end once, however often they say so', async () => {
    const { all } = turns({ perClient: 1 });
    const [first, second] = [all.begin('a'), all.begin('a')];
    const endFirst = await first;
    if (typeof endFirst === 'string') throw new Error(endFirst);
    endFirst();
    endFirst();
    await second;
    expect(all.running).toBe(1);
  });
});
