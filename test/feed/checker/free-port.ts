import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the range of ports for outgoing connections: otherwise one might take a port while its owner
// restarts.
const LOWEST = 20_000;
const COUNT = 12_000;
const tried = new Set<number>();

/** A port on which nothing listens and that this process has not returned before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * COUNT);
    if (!tried.has(port) && (await isFree(port))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  tried.add(port);
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
