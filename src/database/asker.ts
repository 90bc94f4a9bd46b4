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
// It is known only while a call runs. `AsyncLocalStorage` would know it later as well, but makes every promise of
// the process slower on Node 20.
let asker: Asker | undefined;

/** Calls `work`. Statements that it causes before it returns run for this operation. */
export function askingFor<T>(operation: Asker | undefined, work: () => T): T {
  const before = asker;
  asker = operation;
  try {
    return work();
  } finally {
    asker = before;
  }
}

/** The operation that the current call is made for. Undefined for work of the server itself. */
export function currentAsker(): Asker | undefined {
  return asker;
}

/** `call`, for the operation that is the current one now: for what follows a promise. */
export function carried<Args extends readonly unknown[], Result>(
  call: (...args: Args) => Result,
): (...args: Args) => Result {
  const operation = asker;
  return operation === undefined ? call : (...args) => askingFor(operation, () => call(...args));
}

/** Whether nobody waits for the work of this signal any more. */
export function isAbandoned(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
