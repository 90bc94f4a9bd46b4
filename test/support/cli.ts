import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { run } from '../../src/cli/program.ts';

/** What a command wrote, and its exit status. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
interface Command<Exit> {
  /** What it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Its exit status, or the signal that ended it. */
  readonly exit: Promise<Exit>;
}

/** A command that runs inside the test's process. */
export interface Running extends Command<number> {
  /** Ends it as a signal or a failure would. */
  readonly stop: (reason: Error) => void;
}

/** Starts a command inside this process, in an environment of its own. */
export function startCli(
  argv: readonly string[],
  env: Record<string, string> = {},
  stdin: Readable = Readable.from([]),
): Running {
  const [stdout, stderr] = [collect(), collect()];
  const controller = new AbortController();
  const io = {
    env,
    cwd: process.cwd(),
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    stop: controller.signal,
  };
  const stop = (reason: Error): void => controller.abort(reason);
  return { stdout: stdout.text, stderr: stderr.text, exit: run(argv, io), stop };
}

/** Runs a command inside this process to its end. */
export async function runCli(argv: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const { stdout, stderr, exit } = startCli(argv, env);
  return { status: await exit, stdout: stdout(), stderr: stderr() };
}

function collect(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return { stream, text: () => text };
}

/** A command that runs in a process of its own. */
export interface Child extends Command<number | string> {
  readonly process: ChildProcess;
}

/** Starts bin/papergraph.js, or that of an installed package, as a user would. The global setup has built the former. */
export function spawnCli(
  argv: readonly string[],
  env: Record<string, string> = {},
  bin = 'bin/papergraph.js',
): Child {
  const child = spawn(process.execPath, [bin, ...argv], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (written.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (written.stderr += chunk));
  const exit = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { process: child, stdout: () => written.stdout, stderr: () => written.stderr, exit };
}

/** The first match in what a command writes, waited for; rejects with all that it wrote where it ends without one. */
export async function waitFor(
  { stdout, stderr, exit }: Command<number | string>,
  pattern: RegExp,
): Promise<string> {
  let ended: number | string | undefined;
  exit.then(
    (status) => (ended = status),
    (error: unknown) => (ended = String(error)),
  );
  for (;;) {
    const found = pattern.exec(stdout());
    if (found !== null) return found[0];
    if (ended !== undefined) throw new Error(`ended with ${ended}: ${stdout()}${stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
