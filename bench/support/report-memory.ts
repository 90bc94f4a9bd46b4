// Preloaded into a server process: answers each message of its parent with what the process holds. Needs --expose-gc.
import { readdirSync } from 'node:fs';
import type { Holding } from './child.ts';

process.on('message', () => {
  // Twice: finalizers of the first collection free more.
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  process.send?.({ rss, heapUsed, handles, files: readdirSync('/proc/self/fd').length } satisfies Holding);
});
// The channel must not keep a server alive that has stopped.
process.channel?.unref();
