import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A process that answers messages in their order. */
export interface Child {
  readonly pid: number;
  /** The next message. */
  readonly heard: <Message>() => Promise<Message>;
  /** Sends a message; returns the answer. */
  readonly ask: <Answer>(message: string | object) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

/** What a process holds, in bytes and numbers, after a garbage collection. */
export interface Holding {
  readonly rss: number;
  readonly heapUsed: number;
  /** Open file descriptors. */
  readonly files: number;
  readonly handles: number;
}

/** The path of a compiled script of this folder. */
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const REPORTING = ['--expose-gc', '--import', here('report-memory.js')];

/** Starts a script of this folder. */
export function startChild(script: string, args: readonly string[] = []): Child {
  return start(here(script), args, []);
}

/** Starts a script of this folder that answers the message `memory` with its Holding. */
export function startReporting(script: string, args: readonly string[]): Child {
  return start(here(script), args, REPORTING);
}

/** Starts `papergraph serve`, which also answers the message `memory`, and waits until it is ready. */
export async function startServer(url: string, port: number, flags: readonly string[] = []): Promise<Child> {
  const argv = ['serve', '--port', String(port), '--database-url', url, '--log-level', 'warn', ...flags];
  const server = start('bin/papergraph.js', argv, REPORTING);
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (ready?.ok === true) return server;
    await sleep(100);
  }
}

function start(script: string, args: readonly string[], execArgv: string[]): Child {
  const child = fork(script, args, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const heard = async <Message>(): Promise<Message> => {
    const [message] = (await once(child, 'message')) as [Message];
    return message;
  };
  const ask = async <Answer>(message: string | object): Promise<Answer> => {
    const answer = heard<Answer>();
    child.send(message);
    return await answer;
  };
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { pid: child.pid ?? 0, heard, ask, stop };
}
