import type { DocumentNode, ExecutionResult, GraphQLError } from 'graphql';
import { isRetryableCode } from '../errors/catalogue.ts';
import type { Batch } from '../events/event.ts';
import type { Subscription, Takeable } from '../feed/subscription.ts';
import { formatErrors } from '../pipeline/failures.ts';

/** A result as JSON, serialised once for all subscribers that receive it. */
export interface Payload {
  /** An ExecutionResult in UTF-8. */
  readonly bytes: Buffer;
  /** Where to resume after this payload. Undefined for an error that ends the stream. */
  readonly cursor: string | undefined;
  /** Whether this is an error after which the client may resume from its last cursor. */
  readonly retryable: boolean;
}

/** The payloads of one subscription. `take` never throws or rejects: an error is the last payload. */
export interface PayloadStream extends Takeable<Payload> {
  readonly close: () => void;
}

/** Makes payloads for any number of streams. */
export interface PayloadMaker {
  /** The payload for a batch: the same object for all requests with the same key. */
  make(request: PayloadRequest, batch: Batch): Payload | Promise<Payload>;
  /** The payload that ends a stream because of a failure. */
  fail(error: unknown): Payload;
}

/** The operation of a subscriber. Nothing else of it is kept while it waits. */
export interface PayloadRequest {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: Readonly<Record<string, unknown>> | null | undefined;
  /** Equal for subscribers that receive the same payload for the same batch. */
  readonly key: string;
}

/** The payloads of a feed subscription, one for each batch. */
export class BatchPayloads implements PayloadStream {
  readonly #batches: Subscription;
  readonly #request: PayloadRequest;
  readonly #maker: PayloadMaker;

  constructor(batches: Subscription, request: PayloadRequest, maker: PayloadMaker) {
    this.#batches = batches;
    this.#request = request;
    this.#maker = maker;
  }

  get closed(): boolean {
    return this.#batches.closed;
  }

  onNews(listener: () => void): void {
    this.#batches.onNews(listener);
  }

  /** Synchronous if the payload exists already, because one batch may wake thousands of streams. */
  take(): Payload | undefined | Promise<Payload | undefined> {
    try {
      const batch = this.#batches.take();
      const payload =
        batch instanceof Promise ? this.#makeLater(batch) : batch && this.#maker.make(this.#request, batch);
      return payload instanceof Promise ? payload.catch((error: unknown) => this.#fail(error)) : payload;
    } catch (error) {
      return this.#fail(error);
    }
  }

  close(): void {
    this.#batches.close();
  }

  async #makeLater(batch: Promise<Batch | undefined>): Promise<Payload | undefined> {
    const read = await batch;
    return read && (await this.#maker.make(this.#request, read));
  }

  #fail(error: unknown): Payload {
    this.close();
    return this.#maker.fail(error);
  }
}

/** A stream with one payload: the errors of an operation that could not start. */
export function errorStream(errors: readonly GraphQLError[]): PayloadStream {
  let left: Payload | undefined = errorPayload(errors);
  const take = (): Payload | undefined => {
    const payload = left;
    left = undefined;
    return payload;
  };
  return {
    take,
    onNews: () => {},
    get closed() {
      return left === undefined;
    },
    close: () => (left = undefined),
  };
}

/** The last payload of a stream that errors end. */
export function errorPayload(errors: readonly GraphQLError[]): Payload {
  const retryable = errors.some(({ extensions }) => isRetryableCode(extensions['code']));
  return { bytes: serialise({ errors }), cursor: undefined, retryable };
}

/** Serialises a result for clients: JSON in UTF-8. */
export function serialise(result: ExecutionResult): Buffer {
  const { errors } = result;
  return Buffer.from(JSON.stringify(errors ? { ...result, errors: formatErrors(errors) } : result));
}
