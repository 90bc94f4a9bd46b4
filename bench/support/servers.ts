import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PEERS } from './peers.ts';

/** A server that is measured. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** How to start a server. */
interface Start {
  /** The Node that runs it. */
  readonly node: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** The built checkout; this one by default. */
  readonly checkout?: string;
  /** Its program; by default the one that users run. */
  readonly program?: string;
}

/**
 * One client asks for all that a server can answer. Variables, because earlier versions would not know the flags. A
 * caller's own variables win.
 */
const UNLIMITED = {
  PAPERGRAPH_COST_PER_SECOND: process.env['PAPERGRAPH_COST_PER_SECOND'] ?? '0',
  PAPERGRAPH_EXPENSIVE_COST: process.env['PAPERGRAPH_EXPENSIVE_COST'] ?? '0',
};

/** Starts `papergraph serve` of a built checkout, by default this one, on the store in a data folder. */
export async function startPapergraph(
  dataDir: string,
  { node, flags = [], checkout = '', program = 'bin/papergraph.js' }: Start,
): Promise<Server> {
  const port = await freePort();
  const argv = ['serve', '--port', String(port), '--data-dir', dataDir, '--log-level', 'warn'];
  const { DATABASE_URL: _, ...env } = process.env;
  const child = spawn(node, [...flags, path.resolve(checkout, program), ...argv], {
    env: { ...env, ...UNLIMITED, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`expected a server, got exit status ${child.exitCode}`);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (ready?.ok === true) return serverOf(child, port);
    await sleep(50);
  }
}

/** Starts a script of `bench/peers`, with the port and `args` as its arguments. */
export async function startPeer(
  script: string,
  { node, environment = {} }: Start,
  args: readonly string[] = [],
): Promise<Server> {
  const port = await freePort();
  const child = spawn(node, [path.join(PEERS, script), String(port), ...args], {
    env: { ...process.env, ...environment, NODE_ENV: 'production', GRAPHILE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([status]) => {
      throw new Error(`expected ${script} to start, got exit status ${status}`);
    }),
  ]);
  return serverOf(child, port);
}

function serverOf(child: ChildProcess, port: number): Server {
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { pid: child.pid ?? 0, port, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
