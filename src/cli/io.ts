import type { Readable } from 'node:stream';

/** What a command has of the world. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative names start from. */
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Aborted when the program must end: with Interrupted at a signal, OutputLost, or the error at a failure of ours. */
  readonly stop: AbortSignal;
}

/** A signal asked the program to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** What a shell expects of a program that this signal ended. */
  readonly status: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`interrupted by ${signal}`);
    this.status = signal === 'SIGINT' ? 130 : 143;
  }
}

/** Standard output takes no more (a full disk, say); that was said on stderr as it happened. */
export class OutputLost extends Error {
  override readonly name = 'OutputLost';
  readonly status = 2;
}

/** The program was called wrongly; the message is one line, names the flag or variable, and says what it takes. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Resolves with the reason once the program is to end. */
export async function stopReason(stop: AbortSignal): Promise<Error> {
  return await new Promise((resolve) => {
    const end = (): void => resolve(stop.reason as Error);
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
  });
}
