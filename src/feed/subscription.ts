import type { Batch } from '../events/event.ts';

/** Where a subscription reads its batches. */
export interface BatchSource {
  /**
   * The next batch after a position. Rejects with InputError if the feed cannot be resumed there, or with
   * Postgres's error if the filter fails. Retries while the store is unavailable.
   */
  read(after: number, first: number): Batch | Promise<Batch>;
  /** Whether there may be events after a position. */
  hasNews(after: number): boolean;
  /** Whether this process has read everything that is stored. */
  caughtUp(): boolean;
  /** Called when the subscription, which had caught up, takes a batch, with the time of its latest event. */
  onDelivery(occurredAt: Date): void;
  /** Called when the subscription has ended. */
  leave(subscription: Subscription): void;
}

/**
 * Pieces that a consumer takes one by one. While there are none, it waits for a call of its listener: a
 * pending promise for each consumer would take more memory.
 */
export interface Takeable<Piece> {
  /**
   * Takes the next piece; undefined if there is none yet, or after the last one. Synchronous if no read is
   * needed. Must not be called before the last call has settled.
   */
  take(): Piece | undefined | Promise<Piece | undefined>;
  /** Sets the listener, which is called when `take` should be tried again after it returned undefined. */
  onNews(listener: () => void): void;
  /** Whether there will be no more pieces. */
  readonly closed: boolean;
}

/** Waits for the next piece; undefined after the last one. */
export async function nextOf<Piece>(pieces: Takeable<Piece>): Promise<Piece | undefined> {
  for (;;) {
    // Listens before it takes: otherwise news between the two would be missed.
    const news = new Promise<void>((resolve) => pieces.onNews(resolve));
    const piece = await pieces.take();
    if (piece !== undefined || pieces.closed) return piece;
    await news;
  }
}

/**
 * If no event matches, an empty batch advances the cursor after this time. In milliseconds; the contract
 * allows 30 seconds.
 */
const CHECKPOINT_MS = 20_000;

/**
 * `active`: its consumer is taking, or will take again by itself. `waiting`: `take` returned nothing and the
 * consumer listens for news. `closed`: it has ended. An Error: it has ended for this reason, which the next
 * `take` throws.
 */
type State = 'active' | 'waiting' | 'closed' | Error;

/**
 * The batches of one subscriber. They are pulled: the next batch is made after the last one was taken, so
 * that nothing queues up for slow clients. There may be tens of thousands of these objects, so each has few
 * fields, and no promise or closure while it waits. It is also an async iterator, as graphql-js requires. An
 * async generator would not do: its `return()` waits for the pending `next()`, which waits for news.
 */
export class Subscription implements Takeable<Batch>, AsyncIterableIterator<Batch> {
  readonly #source: BatchSource;
  readonly #first: number;
  /** Every matching event up to this position has been delivered. */
  #after: number;
  /** The last batch, and when it was taken. If undefined, the next batch is delivered even if it is empty. */
  #last: { readonly position: number; readonly caughtUp: boolean; readonly at: number } | undefined;
  #state: State = 'active';
  #onNews: () => void = ignore;

  constructor(source: BatchSource, { after, first }: { after: number; first: number }) {
    this.#source = source;
    this.#after = after;
    this.#first = first;
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  onNews(listener: () => void): void {
    this.#onNews = listener;
  }

  /**
   * Takes the next batch, as `Takeable` says. Throws, or rejects with, the reason if the subscription has
   * failed.
   */
  take(): Batch | undefined | Promise<Batch | undefined> {
    const state = this.#state;
    if (state === 'closed') return undefined;
    if (state instanceof Error) {
      this.#state = 'closed';
      throw state;
    }
    if (!this.#hasNews()) {
      this.#state = 'waiting';
      return undefined;
    }
    this.#state = 'active';
    const read = this.#source.read(this.#after, this.#first);
    return read instanceof Promise ? this.#acceptSoon(read) : this.#accept(read);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Batch, undefined>> {
    const value = await nextOf(this);
    return value === undefined ? DONE : { done: false, value };
  }

  async return(): Promise<IteratorResult<Batch, undefined>> {
    this.close();
    return DONE;
  }

  async throw(error: unknown): Promise<never> {
    this.close();
    throw error;
  }

  /** Wakes the subscription if it waits. `position`: up to here there is nothing for it. */
  wake(position: number): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'active';
    this.#after = Math.max(this.#after, position);
    this.#onNews();
  }

  /**
   * Called every few seconds with the monotonic time and the head of the feed. If the last cursor is old, an
   * empty batch is due.
   */
  tick(now: number, head: number): void {
    if (this.#last === undefined || now - this.#last.at < CHECKPOINT_MS || head <= this.#last.position)
      return;
    this.#last = undefined;
    this.wake(head);
  }

  /**
   * Called when this process has read up to the head. A subscriber whose last batch had `caughtUp: false`
   * gets a batch with `caughtUp: true`.
   */
  settle(head: number): void {
    if (this.#last?.caughtUp === false) this.wake(head);
  }

  /** Ends the subscription with an error for its consumer. */
  fail(error: Error): void {
    this.#end(error);
  }

  /** Ends the subscription. If it has failed already, the next `take` still throws the error. */
  close(): void {
    this.#end('closed');
  }

  #end(state: 'closed' | Error): void {
    if (this.#hasEnded) return;
    this.#state = state;
    this.#source.leave(this);
    this.#onNews();
  }

  get #hasEnded(): boolean {
    return this.#state === 'closed' || this.#state instanceof Error;
  }

  #hasNews(): boolean {
    if (this.#last === undefined || this.#source.hasNews(this.#after)) return true;
    return !this.#last.caughtUp && this.#source.caughtUp();
  }

  async #acceptSoon(read: Promise<Batch>): Promise<Batch | undefined> {
    try {
      return await this.#accept(await read);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #accept(batch: Batch): Batch | undefined | Promise<Batch | undefined> {
    this.#after = batch.position;
    // The subscription may have ended while the batch was read: `take` then throws or returns nothing.
    if (this.#hasEnded || !this.#isWorthSending(batch)) return this.take();
    const latest = batch.events.at(-1);
    if (latest !== undefined && this.#last?.caughtUp === true) this.#source.onDelivery(latest.occurredAt);
    this.#last = { position: batch.position, caughtUp: batch.caughtUp, at: Math.round(performance.now()) };
    return batch;
  }

  /** An empty batch is sent only if it is due, or the first to say that the subscriber has caught up. */
  #isWorthSending({ events, caughtUp }: Batch): boolean {
    return events.length > 0 || this.#last === undefined || (caughtUp && !this.#last.caughtUp);
  }
}

function ignore(): void {}

const DONE = { done: true, value: undefined } as const;
