import os from 'node:os';

const MIB = 2 ** 20;
/** What Postgres takes by default, in MiB. */
const DEFAULT_MIB = 128;
/** More than this leaves too little to the caches of the system, which Postgres reads through. */
const MOST_MIB = 1024;

/** How much memory this process may use, in bytes: that of the machine, or of its container. */
export function availableMemory(): number {
  const limit = process.constrainedMemory();
  // Without a limit it is 0, or more than there is.
  return limit === undefined || limit === 0 ? os.totalmem() : Math.min(os.totalmem(), limit);
}

/** Flags that let Postgres cache a quarter of the memory, given in bytes, within bounds; none for its default. */
export function memorySettings(memory: number): string[] {
  const quarter = Math.min(Math.floor(memory / 4 / MIB), MOST_MIB);
  return quarter > DEFAULT_MIB ? ['-c', `shared_buffers=${quarter}MB`] : [];
}
