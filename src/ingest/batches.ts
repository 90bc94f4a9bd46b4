/** What one statement takes, in characters: it is written and read at one stretch, and kept in memory several times. */
const BATCH = 2_000_000;

/** Divides a list into batches that one statement each can take; an item that is larger is a batch of its own. */
export function batches<T>(list: readonly T[], sizeOf: (item: T) => number): T[][] {
  const divided: T[][] = [];
  let room = 0;
  for (const item of list) {
    const size = sizeOf(item);
    const last = divided.at(-1);
    if (last === undefined || size > room) {
      divided.push([item]);
      room = BATCH - size;
    } else {
      last.push(item);
      room -= size;
    }
  }
  return divided;
}
