/**
 * Characters per statement. A statement is in memory several times, and blocks the event loop while it is
 * written.
 */
const BATCH = 2_000_000;

/** Divides a list, in order, into batches for one statement each. A larger item is a batch of its own. */
export function batches<T>(list: readonly T[], sizeOf: (item: T) => number): T[][] {
  const divided: T[][] = [];
  let left = 0;
  for (const item of list) {
    const size = sizeOf(item);
    const last = divided.at(-1);
    if (last === undefined || size > left) {
      divided.push([item]);
      left = BATCH - size;
    } else {
      last.push(item);
      left -= size;
    }
  }
  return divided;
}
