// Preloaded into a server process: tells its parent, when asked, what it holds. Needs --expose-gc.
import { readdirSync } from 'node:fs';

process.on('message', () => {
  globalThis.gc();
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send({
    rss,
    heapUsed,
    external,
    handles: process.getActiveResourcesInfo().length,
    files: readdirSync('/proc/self/fd').length,
  });
});
// The parent's wish to know keeps nobody alive.
process.channel.unref();
