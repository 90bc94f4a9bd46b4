import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a trace says about an operation once it has ended. */
interface TracedOperation {
  readonly type: string | undefined;
  readonly name: string | undefined;
  /** Identifies the document. */
  readonly hash: string | undefined;
  /** The codes of its errors. */
  readonly codes: readonly string[];
}

/**
 * Makes spans. What runs inside a span, with all that it awaits, becomes its child. Spans never contain
 * documents, variables or tokens.
 */
export interface Tracer {
  /** Runs the handler of a request in a span that ends with the response. Continues the trace of the client. */
  request(route: string, http: { request: IncomingMessage; response: ServerResponse }, run: () => void): void;
  /** Runs an operation in a span that is named by its type. `describe` is called at the end. */
  operation<T>(run: () => Promise<T>, describe: (result: T) => TracedOperation): Promise<T>;
  /** Begins the span of a phase of an operation. Returns the function that ends it. */
  phase(name: string): () => void;
  /** Runs a statement in a span that is named by the statement. */
  readonly statement: <T>(name: string, run: () => Promise<T>) => Promise<T>;
  /** Sends what is left. Never rejects. */
  close(): Promise<void>;
}
