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
/** The interval while no notification can arrive. */
const POLL_UNNOTIFIED_MS = 1_000;
const RETRY_MS = 1_000;
const LOOK_AGAIN_MS = 50;

/** Events of one stretch: they are read, matched and delivered together. */
const EVENTS_AT_ONCE = 1_000;

/** The dependencies of a reader. */
interface ReaderOptions {
  readonly pool: Pool;
  readonly run: RunStatement;
  readonly dispatcher: Dispatcher;
  readonly log: Logger;
}

/**
 * Reads the feed once for the whole process, in order, and passes new events to the dispatcher. It reads when
 * a commit notifies it, and every few seconds, because notifications may be lost. Starts at once.
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
  #connects = 0;
  /**
   * When the store was last known to be the one that its epoch was made for; undefined if it may have been
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
          onConnect: () => this.#onConnect(),
          log,
        });
    this.#running = this.#keepReading();
  }

  /** Milliseconds since the store was last read. */
  sinceRead(): number {
    return performance.now() - this.#lastRead;
  }

  /**
   * Whether notifications arrive, and how often the connection for them was made again. Undefined with a pooler,
   * where the feed is polled instead.
   */
  listener(): { readonly up: boolean; readonly reconnects: number } | undefined {
    if (this.#wakeUps === undefined) return undefined;
    return { up: this.#wakeUps.listening(), reconnects: Math.max(0, this.#connects - 1) };
  }

  /**
   * Resolves when this process reads an epoch that the store has started, or stops. Rejects if that takes too
   * long.
   */
  async waitForEpoch(epoch: string): Promise<void> {
    const started = performance.now();
    while (this.#dispatcher.epoch !== epoch && !this.#stop.signal.aborted) {
      if (performance.now() - started > POLL_MS)
        throw new Error('the feed has a new epoch, which could not be read in time');
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

  #onConnect(): void {
    this.#connects += 1;
    this.#confirmedAt = undefined;
  }

  async #keepReading(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const wait = await this.#readNews();
      // Checked again: a wake-up from `close` may have been reset meanwhile.
      if (!this.#stop.signal.aborted) await this.#sleeper.sleep(wait);
    }
  }

  /** Reads the new events. Resolves with the time until the next read, in milliseconds. */
  async #readNews(): Promise<number> {
    const isListening = this.#wakeUps?.listening() === true;
    // Reset before the read: a later wake-up may announce a commit that this read does not see.
    this.#sleeper.reset();
    try {
      await this.#confirmStore(isListening);
      await this.#catchUp();
      return jittered(isListening ? POLL_MS : POLL_UNNOTIFIED_MS, 0.2);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#log.warn({ err: error }, 'reading the feed failed, trying again');
      // Otherwise an earlier wake-up would end the wait, and the store that just failed would be read at
      // once.
      this.#sleeper.reset();
      // The next answer may come from another server, such as a standby that took over.
      this.#confirmedAt = undefined;
      return jittered(RETRY_MS);
    }
  }

  /**
   * Starts a new epoch if the store was replaced. Replacing it breaks the connection that listens, so one
   * check for each such connection is enough. Without it, the check is repeated every few seconds.
   */
  async #confirmStore(isListening: boolean): Promise<void> {
    const now = performance.now();
    const isConfirmed =
      this.#confirmedAt !== undefined && (isListening || now - this.#confirmedAt <= POLL_MS);
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
    // If nothing can be written, the answer may be that of a replica that lags and will catch up.
    if (!(await renewFeedEpoch(this.#pool, { epoch, head: expected }))) return;
    this.#log.warn({ head, expected }, 'the feed has lost events and starts a new epoch');
    this.#sleeper.wake();
  }
}
