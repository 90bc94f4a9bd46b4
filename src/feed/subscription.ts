import type { Batch } from '../events/event.ts';

/** What a subscription needs of the feed. */
export interface Source {
  /** The next batch after a position. Rejects with InputError where it cannot go on; retries everything else itself. */
  read(after: number, first: number): Batch | Promise<Batch>;
  /** Whether there may be something after a position. */
  hasNews(after: number): boolean;
  /** Whether this process knows all that is stored. */
  caughtUp(): boolean;
  /** The subscription has ended. */
  leave(subscription: Subscription): void;
}

/** Pieces that are taken one after the other; whoever takes waits for news himself. */
export interface Takeable<Piece> {
  /**
   * The next piece, at once where it is at hand; undefined where there is none yet, or none any more. Not to be called before
   * the last call has settled.
   */
  take(): Piece | undefined | Promise<Piece | undefined>;
  /** Whom to tell, after `take` gave nothing, that it is worth another try, or that nothing will come any more. */
  onNews(listener: () => void): void;
  /** Nothing will come any more. */
  readonly closed: boolean;
}

/** The next piece, however long it takes to come; undefined where none will. */
export async function nextOf<Piece>(pieces: Takeable<Piece>): Promise<Piece | undefined> {
  for (;;) {
    const news = new Promise<void>((resolve) => pieces.onNews(resolve));
    const piece = await pieces.take();
    if (piece !== undefined || pieces.closed) return piece;
    await news;
  }
}

/** A silent filter's cursor is sent on after so long, in milliseconds; the contract allows 30 seconds. */
const CHECKPOINT_MS = 20_000;

/**
 * The batches that one subscriber gets, pulled: the next one is made when the last one has been taken, so that nothing
 * piles up. Ten thousand that wait are ten thousand of these objects, not as many parked promises. For graphql-js it is an
 * async iterator too; no async generator, as `return()` would wait for the `next()` that waits for news.
 */
export class Subscription implements Takeable<Batch>, AsyncIterableIterator<Batch> {
  readonly #source: Source;
  readonly #first: number;
  #after: number;
  /** The last batch taken, and when it was; undefined before the first. */
  #sent: { readonly position: number; readonly caughtUp: boolean; readonly at: number } | undefined;
  /** A batch is to be sent, even an empty one. */
  #due = false;
  #closed = false;
  #failure: Error | undefined;
  /** It waits for news: until now, all up to the feed's head has nothing for it. */
  #waits = false;
  #onNews: () => void = ignore;

  constructor(source: Source, { after, first }: { after: number; first: number }) {
    this.#source = source;
    this.#after = after;
    this.#first = first;
  }

  get closed(): boolean {
    return this.#closed && this.#failure === undefined;
  }

  onNews(listener: () => void): void {
    this.#onNews = listener;
  }

  /** Throws, or rejects with, the reason for which it cannot go on, once. */
  take(): Batch | undefined | Promise<Batch | undefined> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    if (this.#closed) return undefined;
    this.#waits = !this.#hasNews();
    if (this.#waits) return undefined;
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

  /** Something new has come; up to the position there was nothing for it. */
  wake(position: number): void {
    if (!this.#waits) return;
    this.#waits = false;
    this.#after = Math.max(this.#after, position);
    this.#onNews();
  }

  /** Time has passed: a cursor that stands still while the feed moves is sent on. `head`: the feed's position. */
  tick(now: number, head: number): void {
    if (this.#sent === undefined || now - this.#sent.at < CHECKPOINT_MS || head <= this.#sent.position)
      return;
    this.#due = true;
    this.wake(head);
  }

  /** Who has not been told so learns that nothing is stored behind what he has. */
  settle(head: number): void {
    if (this.#sent?.caughtUp === false) this.wake(head);
  }

  /** Ends it with an error. */
  fail(error: Error): void {
    if (this.#closed) return;
    this.#failure = error;
    this.close();
  }

  /** Ends it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waits = false;
    this.#source.leave(this);
    this.#onNews();
  }

  #hasNews(): boolean {
    if (this.#sent === undefined || this.#due || this.#source.hasNews(this.#after)) return true;
    return !this.#sent.caughtUp && this.#source.caughtUp();
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
    if (this.#closed || !this.#isWorthSending(batch)) return this.take();
    this.#due = false;
    this.#sent = { position: batch.position, caughtUp: batch.caughtUp, at: performance.now() };
    return batch;
  }

  /** An empty batch is so as the first one, when it is due, and where it says for the first time that all is sent. */
  #isWorthSending({ events, caughtUp }: Batch): boolean {
    if (events.length > 0 || this.#sent === undefined || this.#due) return true;
    return caughtUp && !this.#sent.caughtUp;
  }
}

function ignore(): void {}

const DONE = { done: true, value: undefined } as const;
