import type { GraphQLError } from 'graphql';
import { clientError, tookTooLong } from '../graphql/errors.ts';

/** How long an operation may take, and whether its client still waits. */
export class Lifetime {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** Aborted with a GraphQLError once the operation must end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives the operation this many milliseconds from now on. */
  limit(ms: number): void {
    this.#timer = setTimeout(() => this.#abort(tookTooLong()), ms);
  }

  /** Tells that the client does not wait for the answer any more. */
  leave(): void {
    this.#abort(clientError('TIMEOUT', 'the client has disconnected'));
  }

  /** Tells that the operation has ended. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #abort(reason: GraphQLError): void {
    this.end();
    this.#controller.abort(reason);
  }
}
