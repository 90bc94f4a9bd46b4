import type { Logger } from 'pino';
import { listenForWakeUps, type WakeSource } from '../database/listen.ts';
import type { RunStatement } from '../database/statements.ts';
import { hasPooler, type Pool } from '../database/store-pool.ts';
import { confirmFeedEpoch, renewFeedEpoch } from '../events/epoch.ts';
import type { FeedState } from '../events/event.ts';
import { eventsAfter } from '../events/event-log.ts';
import { FEED_CHANNEL } from '../events/wake-up-channel.ts';
import { jittered, sleep } from '../time/sleep.ts';
import { Sleeper } from '../time/sleeper.ts';
import type { Dispatcher } from './dispatcher.ts';

// All in milliseconds.
const POLL_MS = 5_000;
/** Used while no notification can arrive. */
const POLL_ALONE_MS = 1_000;
const RETRY_MS = 1_000;
const LOOK_AGAIN_MS = 50;

const EVENTS_AT_ONCE = 1_000;

/** What the reader works with. */
interface ReaderOptions {
  readonly pool: Pool;
  readonly run: RunStatement;
  readonly dispatcher: Dispatcher;
  readonly log: Logger;
}

/**
 * Reads the feed once for the whole process, in order, and passes new events to the dispatcher. It reads when
 * a commit notifies it, and every few seconds, because notifications may be lost. Starts when it is made.
 */
export class EventReader {
  readonly #pool: Pool;
  readonly #run: RunStatement;
  readonly #dispatcher: Dispatcher;
  readonly #log: Logger;
  readonly #sleeper = new Sleeper();
  readonly #stop = new AbortController();
  readonly #wakeUps: WakeSource | undefined;
  readonly #running: Promise<void>;
  #lastRead = performance.now();
  /**
   * When the store was known to be the one that the epoch was made for; undefined if it may have been
   * replaced since.
   */
  #confirmedAt: number | undefined;

  constructor({ pool, run, dispatcher, log }: ReaderOptions) {
    this.#pool = pool;
    this.#run = run;
    this.#dispatcher = dispatcher;
    this.#log = log;
    // LISTEN needs a session of its own, which a pooler does not provide.
    this.#wakeUps = hasPooler(pool)
      ? undefined
      : listenForWakeUps(pool, {
          channel: FEED_CHANNEL,
          onWake: () => this.#sleeper.wake(),
          onConnect: () => (this.#confirmedAt = undefined),
          log,
        });
    this.#running = this.#keepReading();
  }

  /** Milliseconds since the store was last read. */
  sinceRead(): number {
    return performance.now() - this.#lastRead;
  }

  /**
   * Resolves when this process reads an epoch that the store has started, or stops. Rejects if that takes too
   * long.
   */
  async waitForEpoch(epoch: string): Promise<void> {
    const started = performance.now();
    while (this.#dispatcher.epoch !== epoch && !this.#stop.signal.aborted) {
      if (performance.now() - started > POLL_MS)
        throw new Error('the feed has begun anew, and cannot be read yet');
      this.#sleeper.wake();
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** Stops reading. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#sleeper.wake();
    await this.#wakeUps?.close();
    await this.#running;
  }

  async #keepReading(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const wait = await this.#readNews();
      // Checked again: a wake-up from `close` may have been reset meanwhile.
      if (!this.#stop.signal.aborted) await this.#sleeper.sleep(wait);
    }
  }

  /** Reads what is new; resolves with the time until the next read, in milliseconds. */
  async #readNews(): Promise<number> {
    const alone = this.#wakeUps?.listening() !== true;
    // Before it reads: a wake-up from now on may be about a later commit than the read sees.
    this.#sleeper.reset();
    try {
      await this.#confirmStore(alone);
      await this.#catchUp();
      return jittered(alone ? POLL_ALONE_MS : POLL_MS, 0.2);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#log.warn({ err: error }, 'reading the feed failed, trying again');
      // A wake-up would end the wait, and a store that just failed would be asked at once.
      this.#sleeper.reset();
      // What answers next may be another server, such as a standby that took over.
      this.#confirmedAt = undefined;
      return jittered(RETRY_MS);
    }
  }

  /**
   * Starts a new epoch if the store was replaced. Only needed if a connection was lost, or none would show it
   * (`alone`).
   */
  async #confirmStore(alone: boolean): Promise<void> {
    const now = performance.now();
    const isConfirmed = this.#confirmedAt !== undefined && (!alone || now - this.#confirmedAt <= POLL_MS);
    if (isConfirmed) return;
    // Set before the statement: a connection that is replaced while it runs makes the store unconfirmed
    // again.
    this.#confirmedAt = now;
    await confirmFeedEpoch(this.#pool);
  }

  async #catchUp(): Promise<void> {
    for (let stretches = 1; ; stretches += 1) {
      const { head } = this.#dispatcher;
      const { state, events } = await eventsAfter(this.#run, head, EVENTS_AT_ONCE);
      if (this.#stop.signal.aborted) return;
      if (state.epoch !== this.#dispatcher.epoch || state.floor > head) this.#dispatcher.skipTo(state);
      else if (state.head < head) await this.#handleLostEvents(state);
      else if (events.length > 0) await this.#dispatcher.deliver(state, events);
      this.#lastRead = performance.now();
      if (events.length < EVENTS_AT_ONCE) {
        if (stretches > 1) this.#dispatcher.settle();
        return;
      }
    }
  }

  /**
   * Events that this process already delivered are missing, for example after a restore. Starts a new epoch,
   * so that old cursors become invalid: their positions will be assigned to other events.
   */
  async #handleLostEvents({ epoch, head }: FeedState): Promise<void> {
    const expected = this.#dispatcher.head;
    // Where nothing can be written, a replica that lags may have answered: it will catch up.
    if (!(await renewFeedEpoch(this.#pool, { epoch, head: expected }))) return;
    this.#log.warn({ head, expected }, 'the feed is shorter than it was, it begins anew');
    this.#sleeper.wake();
  }
}
