import type { Readable } from 'node:stream';

/** The environment of a command. Tests pass their own instead of the process's. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /**
   * Aborted when the program must end. The reason is Interrupted, OutputLost, or an error that nothing
   * caught.
   */
  readonly stop: AbortSignal;
}

/** The program was asked to end by a signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** Exit status by the convention of shells: 128 plus the number of the signal. */
  readonly status: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`interrupted by ${signal}`);
    this.status = signal === 'SIGINT' ? 130 : 143;
  }
}

/** Standard output cannot be written to, for example on a full disk. The message has been printed already. */
export class OutputLost extends Error {
  override readonly name = 'OutputLost';
  readonly status = 2;
}

/** Wrong usage. The message is one line that names the flag or variable and the values that it takes. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Resolves to the reason of `stop` once that is aborted. */
export async function stopReason(stop: AbortSignal): Promise<Error> {
  return await new Promise((resolve) => {
    const end = (): void => resolve(stop.reason as Error);
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
  });
}
