import type { Batch } from './event.ts';

/** What a subscription needs of the feed. */
export interface Source {
  /** The next batch after a position. Rejects with InputError where it cannot go on; retries everything else itself. */
  readonly read: (after: number, first: number) => Batch | Promise<Batch>;
  /** Whether there may be something after a position. */
  readonly hasNews: (after: number) => boolean;
  /** The subscription has ended. */
  readonly leave: (subscription: Subscription) => void;
}

/** A silent filter's cursor is sent on after so long, in milliseconds; the contract allows 30 seconds. */
const CHECKPOINT_MS = 20_000;

/**
 * The batches that one subscriber gets, pulled: the next one is made when the last one has been taken, so that nothing
 * piles up. Not an async generator, as `return()` would wait for the `next()` that waits for news.
 */
export class Subscription implements AsyncIterableIterator<Batch> {
  readonly #source: Source;
  readonly #first: number;
  #after: number;
  /** The position of the last batch taken, and when it was; undefined before the first. */
  #sent: { position: number; at: number } | undefined;
  #due = false;
  #closed = false;
  #failure: Error | undefined;
  /** Set while it waits for news: until then, all up to the feed's head has nothing for it. */
  #resume: (() => void) | undefined;

  constructor(source: Source, { after, first }: { after: number; first: number }) {
    this.#source = source;
    this.#after = after;
    this.#first = first;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Batch, undefined>> {
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure;
        if (this.#closed) return DONE;
        if (this.#sent !== undefined && !this.#due && !this.#source.hasNews(this.#after)) {
          await this.#news();
          continue;
        }
        const value = await this.#source.read(this.#after, this.#first);
        this.#after = value.position;
        if (this.#closed) return DONE;
        if (value.events.length === 0 && this.#sent !== undefined && !this.#due) continue;
        this.#due = false;
        this.#sent = { position: value.position, at: Date.now() };
        return { done: false, value };
      }
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Batch, undefined>> {
    this.#close();
    return DONE;
  }

  async throw(error: unknown): Promise<never> {
    this.#close();
    throw error;
  }

  /** Something new has come; up to the position there was nothing for it. */
  wake(position: number): void {
    if (this.#resume === undefined) return;
    this.#after = Math.max(this.#after, position);
    this.#resume();
    this.#resume = undefined;
  }

  /** Time has passed: a cursor that stands still while the feed moves is sent on. `head`: the feed's position. */
  tick(now: number, head: number): void {
    if (this.#sent === undefined || now - this.#sent.at < CHECKPOINT_MS || head <= this.#sent.position)
      return;
    this.#due = true;
    this.wake(head);
  }

  /** Ends it with an error. */
  fail(error: Error): void {
    this.#failure = error;
    this.wake(0);
  }

  async #news(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#source.leave(this);
    this.wake(0);
  }
}

const DONE = { done: true, value: undefined } as const;
