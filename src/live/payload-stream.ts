import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Batch } from '../events/event.ts';
import type { Subscription, Takeable } from '../feed/subscription.ts';
import { refused } from '../graphql/errors.ts';

/** A result as JSON, made once for all who get it. */
export interface Payload {
  /** An ExecutionResult in UTF-8. */
  readonly bytes: Buffer;
  /** Resumes after it; undefined for an error that ends the stream. */
  readonly cursor: string | undefined;
}

/** The payloads of one subscription. What ends it is its last payload: `take` neither throws nor rejects. */
export interface PayloadStream extends Takeable<Payload> {
  readonly close: () => void;
}

/** Makes payloads: the same one for all who get the same. */
export interface PayloadMaker {
  make(asked: Asked, batch: Batch): Payload | Promise<Payload>;
  /** Makes a result's errors fit to be seen. */
  finish(result: ExecutionResult): ExecutionResult;
}

/** What a subscriber asked. */
export interface Asked {
  readonly args: ExecutionArgs;
  /** Equal for those who get the same payload of the same batch. */
  readonly audience: string;
}

/** The payloads of a subscription's batches. */
export class BatchPayloads implements PayloadStream {
  readonly #batches: Subscription;
  readonly #asked: Asked;
  readonly #maker: PayloadMaker;

  constructor(batches: Subscription, asked: Asked, maker: PayloadMaker) {
    this.#batches = batches;
    this.#asked = asked;
    this.#maker = maker;
  }

  get closed(): boolean {
    return this.#batches.closed;
  }

  onNews(listener: () => void): void {
    this.#batches.onNews(listener);
  }

  take(): Payload | undefined | Promise<Payload | undefined> {
    try {
      const batch = this.#batches.take();
      const payload =
        batch instanceof Promise ? this.#makeSoon(batch) : batch && this.#maker.make(this.#asked, batch);
      return payload instanceof Promise ? payload.catch((error: unknown) => this.#last(error)) : payload;
    } catch (error) {
      return this.#last(error);
    }
  }

  close(): void {
    this.#batches.close();
  }

  async #makeSoon(batch: Promise<Batch | undefined>): Promise<Payload | undefined> {
    const read = await batch;
    return read && (await this.#maker.make(this.#asked, read));
  }

  /** The stream ends with the reason, as a result like any other. */
  #last(error: unknown): Payload {
    this.close();
    return { bytes: bytesOf(this.#maker.finish({ errors: [refused(error)] })), cursor: undefined };
  }
}

/** A stream of one result, which says why there is no other. */
export function only(result: ExecutionResult): PayloadStream {
  let left: Payload | undefined = { bytes: bytesOf(result), cursor: undefined };
  const take = (): Payload | undefined => {
    const taken = left;
    left = undefined;
    return taken;
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

/** A result as it is sent. */
export function bytesOf(result: ExecutionResult): Buffer {
  return Buffer.from(JSON.stringify(result));
}
