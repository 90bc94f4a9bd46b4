import { seededRandom } from '../support/write-digest.ts';
import type { Data } from './data.ts';
import type { Args, Query } from './queries.ts';

/** Sizes of pages that clients use. */
const SIZES = [5, 10, 15, 20, 25, 30];

/** Distinct arguments, at most `count` of them, always the same for the same store. */
export function drawAll(query: Query, data: Data, count: number): Args[] {
  const random = seededRandom(1);
  const oneOf = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const below = (n: number): number => Math.floor(random() * n);
  const near = (n: number): number => oneOf(SIZES.filter((size) => size >= n / 2 && size <= 1.5 * n));
  const drawn = new Map<string, Args>();
  // Some queries have fewer different requests than that.
  for (let tries = 0; drawn.size < count && tries < 4 * count; tries += 1) {
    const args = query.draw({ data, oneOf, below, about: near });
    drawn.set(JSON.stringify(args), args);
  }
  return [...drawn.values()];
}
