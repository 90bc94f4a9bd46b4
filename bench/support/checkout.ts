import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** A built checkout of this project, with an embedded Postgres of its own. */
export class Checkout {
  readonly #folder: string;
  readonly #dataDir: string;
  #server: ChildProcess | undefined;

  /** `dataDir` is where the embedded Postgres lives; another checkout must not use it. */
  constructor(folder: string, dataDir: string) {
    this.#folder = folder;
    this.#dataDir = dataDir;
  }

  /** Ingests a digest. Rejects if that fails. */
  async ingest(file: string): Promise<void> {
    const [status] = (await once(this.#spawn(['ingest', file, '--source', 'bench']), 'close')) as [number];
    if (status !== 0) throw new Error(`${this.#folder}: ingest ended with status ${status}`);
  }

  /** Starts a server; returns the URL of its GraphQL endpoint. */
  async serve(): Promise<string> {
    const server = this.#spawn(['serve', '--port', '0']);
    this.#server = server;
    let printed = '';
    return await new Promise((resolve, reject) => {
      // Reads on after the URL has come: a server whose standard output is closed ends.
      server.stdout?.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        const [, url] = /(http:\S+\/graphql)/.exec(printed) ?? [];
        if (url !== undefined) resolve(url);
      });
      server.once('close', () => reject(new Error(`${this.#folder}: the server ended: ${printed}`)));
    });
  }

  async stop(): Promise<void> {
    if (this.#server === undefined || this.#server.exitCode !== null || this.#server.signalCode !== null)
      return;
    this.#server.kill('SIGTERM');
    await once(this.#server, 'close');
  }

  #spawn(argv: readonly string[]): ChildProcess {
    const common = ['--data-dir', this.#dataDir, '--log-level', 'silent'];
    const program = path.join(this.#folder, 'bin/papergraph.js');
    return spawn(process.execPath, [program, ...argv, ...common], {
      env: withoutDatabase(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }
}

/** Runs a command of this checkout's program to its end. Rejects if it fails. */
export async function runPapergraph(argv: readonly string[], folder = process.cwd()): Promise<void> {
  const program = path.join(folder, 'bin/papergraph.js');
  const child = spawn(process.execPath, [program, ...argv, '--log-level', 'silent'], {
    env: withoutDatabase(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [status] = (await once(child, 'close')) as [number];
  if (status !== 0) throw new Error(`papergraph ${argv.join(' ')} ended with status ${status}`);
}

function withoutDatabase(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, ...env } = process.env;
  return env;
}
