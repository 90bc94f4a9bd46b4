import { AsyncLocalStorage } from 'node:async_hooks';

/** The operation that statements run for. */
export interface Asker {
  /** Identifies its client. Clients share the connections evenly. */
  readonly client: string;
  /** Aborted once nobody waits for the operation any more. */
  readonly signal: AbortSignal;
}

/** A statement was given up, because the operation that it ran for has ended. Another may run it again. */
export class AbandonedError extends Error {
  constructor(name: string) {
    super(`${name} was abandoned`);
    this.name = 'AbandonedError';
  }
}

// Reads are shared by operations, and pass through loaders and caches: no argument could carry the asker there.
const askers = new AsyncLocalStorage<Asker | undefined>();

/** Runs `work`. Statements that it causes, then or later, run for this operation. */
export function askingFor<T>(asker: Asker, work: () => T): T {
  return askers.run(asker, work);
}

/** Runs `work`, whose statements are for everyone, whoever causes them. */
export function askingForAll<T>(work: () => T): T {
  return askers.run(undefined, work);
}

/** The operation that is being worked for; undefined if that is none, or more than one. */
export function currentAsker(): Asker | undefined {
  return askers.getStore();
}

/** Whether a read failed only because the operation that began it has ended, while the current one goes on. */
export function mayReadAgain(error: unknown): boolean {
  return error instanceof AbandonedError && currentAsker()?.signal.aborted !== true;
}

/** Whether nobody waits for the work of this signal any more. */
export function isAbandoned(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
