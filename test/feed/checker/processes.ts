import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Starts a command in a process of its own. Appends its output to a file. */
function start(argv: readonly string[], log: string): ChildProcess {
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, ['bin/papergraph.js', ...argv], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return child;
}

/** The exit status, or the signal that ended it. */
async function endOf(child: ChildProcess): Promise<number | string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? child.signalCode ?? '';
}

/** The end of a log, for messages. */
function tailOf(log: string): string {
  return readFileSync(log, 'utf8').slice(-2_000);
}

/** Runs a command to its end. Rejects if it fails. */
export async function runToEnd(argv: readonly string[], log: string): Promise<void> {
  const status = await endOf(start(argv, log));
  if (status !== 0) throw new Error(`${argv[0]} ended with ${status}: ${tailOf(log)}`);
}

/** A server process that is restarted on the same port whenever it ends. */
export class ServerProcess {
  readonly port: number;
  readonly #databaseUrl: string;
  readonly #log: string;
  #child: ChildProcess | undefined;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  /** How it ended without being killed, although Postgres was available when it started. */
  readonly crashes: string[] = [];

  constructor(port: number, { databaseUrl, log }: { databaseUrl: string; log: string }) {
    this.port = port;
    this.#databaseUrl = databaseUrl;
    this.#log = log;
  }

  /** Starts it and keeps it running. */
  start(): void {
    this.#running = this.#keepRunning();
  }

  /** Kills the process. Returns whether there was one. */
  kill(): boolean {
    return this.#child?.kill('SIGKILL') ?? false;
  }

  /** Resolves when the server is ready. Rejects if it is not ready within `withinMs` milliseconds. */
  async ready(withinMs: number): Promise<void> {
    for (const deadline = Date.now() + withinMs; !(await this.#isReady()); await sleep(50))
      if (Date.now() > deadline) throw new Error(`the server is not ready: ${tailOf(this.#log)}`);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.kill();
    await this.#running;
  }

  async #keepRunning(): Promise<void> {
    while (!this.#stopped) {
      const where = ['--port', String(this.port), '--database-url', this.#databaseUrl];
      this.#child = start(['serve', ...where, '--log-level', 'warn'], this.#log);
      const end = await endOf(this.#child);
      if (!EXPECTED_ENDS.has(end)) this.crashes.push(`a server ended with ${end}: ${tailOf(this.#log)}`);
      if (!this.#stopped) await sleep(100);
    }
  }

  async #isReady(): Promise<boolean> {
    const signal = AbortSignal.timeout(30_000);
    return await fetch(`http://127.0.0.1:${this.port}/readyz`, { signal }).then(
      ({ status }) => status === 200,
      () => false,
    );
  }
}

/** Killed, or no database when it started. */
const EXPECTED_ENDS: ReadonlySet<number | string> = new Set(['SIGKILL', 2]);

const MOST_ATTEMPTS = 60;

/** Processes that ingest files. Each is repeated until it succeeds. */
export class Ingests {
  readonly #databaseUrl: string;
  readonly #log: string;
  readonly #running = new Set<ChildProcess>();
  #stopped = false;
  runs = 0;
  kills = 0;
  /** How one ended without being killed, although Postgres was available when it started. */
  readonly crashes: string[] = [];

  constructor({ databaseUrl, log }: { databaseUrl: string; log: string }) {
    this.#databaseUrl = databaseUrl;
    this.#log = log;
  }

  /**
   * Ingests all files. Repeats it until all are stored, including those that an earlier attempt has stored.
   */
  async takeIn(files: readonly string[]): Promise<void> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS && !this.#stopped; attempt++) {
      const child = start(['ingest', ...files, '--database-url', this.#databaseUrl], this.#log);
      this.runs += 1;
      this.#running.add(child);
      const status = await endOf(child);
      this.#running.delete(child);
      if (status === 0) return;
      if (!EXPECTED_ENDS.has(status))
        this.crashes.push(`an ingest ended with ${status}: ${tailOf(this.#log)}`);
      await sleep(100);
    }
    throw new Error(`${files.join(' ')} could not be ingested: ${tailOf(this.#log)}`);
  }

  /** Kills a running one. Returns false if none is running. */
  kill(random: () => number): boolean {
    const child = [...this.#running][Math.floor(random() * this.#running.size)];
    if (child === undefined) return false;
    child.kill('SIGKILL');
    this.kills += 1;
    return true;
  }

  stop(): void {
    this.#stopped = true;
    for (const child of this.#running) child.kill('SIGKILL');
  }
}
