import type { Logger } from 'pino';
import {
  DeadlineError,
  statementRunner,
  type RunStatement,
  type StatementOptions,
} from '../database/statements.ts';
import type { Pool } from '../database/store-pool.ts';
import { InputError } from '../errors/input-error.ts';
import type { Batch, FeedState } from '../events/event.ts';
import { feedState } from '../events/event-log.ts';
import type { Channel } from './channel.ts';
import { Dispatcher } from './dispatcher.ts';
import { checkFirst, compileChoice, type EventChoice } from './event-choice.ts';
import { EventReader } from './event-reader.ts';
import { shareCalls } from '../time/share-calls.ts';
import { startOf, type FeedPosition } from './start-position.ts';
import { StoredPages } from './stored-pages.ts';
import { Subscription, type BatchSource } from './subscription.ts';

/** The live feed of a process: reads the store once for any number of subscriptions. */
export interface Feed {
  /**
   * Subscribes. Rejects with InputError for an invalid cursor, filter or size, and with DeadlineError if the
   * feed is closed.
   */
  subscribe(choice: EventChoice, position: FeedPosition): Promise<Subscription>;
  /** The latest position that this process has read. */
  head(): number;
  /** Milliseconds since the store was last read. */
  sinceRead(): number;
  /** How many subscriptions are open. */
  size(): number;
  /** What the feed has done so far. */
  stats(): FeedStats;
  /** Ends all subscriptions and stops reading. */
  close(): Promise<void>;
}

/** Where subscriptions with a cursor began: in the memory of this process, in the store, or nowhere. */
type Resumes = Readonly<Record<'ring' | 'db' | 'expired' | 'invalid', number>>;

/** Numbers of a feed, for its operator. */
export interface FeedStats {
  readonly subscriptions: number;
  /** Filters that subscriptions share. */
  readonly groups: number;
  readonly head: number;
  /** Events of the store that are not delivered yet, as of the last read. */
  readonly lag: number;
  /** Holes found in the feed. Anything but 0 is a defect of the store. */
  readonly gaps: number;
  readonly resumes: Resumes;
  /** The connection for notifications; undefined with a pooler, where the feed is polled instead. */
  readonly listener: { readonly up: boolean; readonly reconnects: number } | undefined;
}

/** How the feed reaches the store. */
export interface FeedOptions extends Pick<StatementOptions, 'prepared' | 'trace'> {
  readonly pool: Pool;
  readonly log: Logger;
  /** Called when a subscription that had caught up takes a batch, with the time of its latest event. */
  readonly onDelivery?: ((occurredAt: Date) => void) | undefined;
}

/**
 * A statement without an answer after this time is abandoned, because its connection may be dead. In
 * milliseconds.
 */
const DEADLINE_MS = 10_000;
/** How often subscriptions check whether their cursor is due for an update. */
const TICK_MS = 5_000;

/** Starts the live feed at its head. Rejects if the store cannot be read. */
export async function openFeed({ pool, prepared, trace, log, onDelivery }: FeedOptions): Promise<Feed> {
  // The feed retries by itself: before it reads on, it must confirm that the store is still the same one.
  const run = statementRunner(pool, { prepared, trace, deadlineMs: DEADLINE_MS, failFast: true });
  return new LiveFeed(pool, run, { state: await feedState(run), log, onDelivery });
}

/** Where events come from: the memory of this process if it has them, otherwise the store. */
interface Origins {
  readonly dispatcher: Dispatcher;
  readonly pages: StoredPages;
  readonly onDelivery: FeedOptions['onDelivery'];
}

type Start = Pick<FeedOptions, 'log' | 'onDelivery'> & { readonly state: FeedState };

class LiveFeed implements Feed {
  readonly #run: RunStatement;
  readonly #dispatcher: Dispatcher;
  readonly #reader: EventReader;
  /** One object for all subscriptions, so that each holds one reference. */
  readonly #origins: Origins;
  readonly #state: () => Promise<FeedState>;
  readonly #timer: NodeJS.Timeout;
  readonly #stop = new AbortController();
  readonly #resumes = { ring: 0, db: 0, expired: 0, invalid: 0 };

  constructor(pool: Pool, run: RunStatement, { state, log, onDelivery }: Start) {
    this.#run = run;
    this.#dispatcher = new Dispatcher(run, state);
    const pages = new StoredPages(run, { log, stop: this.#stop.signal });
    this.#origins = { dispatcher: this.#dispatcher, pages, onDelivery };
    this.#reader = new EventReader({ pool, run, dispatcher: this.#dispatcher, log });
    // Thousands of clients that reconnect at once share one statement.
    this.#state = shareCalls(async () => await feedState(run));
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  head(): number {
    return this.#dispatcher.head;
  }

  sinceRead(): number {
    return this.#reader.sinceRead();
  }

  size(): number {
    return this.#dispatcher.size;
  }

  stats(): FeedStats {
    const { size, channels, head, lag, holes } = this.#dispatcher;
    return {
      subscriptions: size,
      groups: channels,
      head,
      lag,
      gaps: holes,
      resumes: { ...this.#resumes },
      listener: this.#reader.listener(),
    };
  }

  async subscribe(choice: EventChoice, position: FeedPosition): Promise<Subscription> {
    const first = checkFirst(position.first);
    const filter = await compileChoice(this.#run, choice);
    // The state of the store, not of this process, which may lag: NOW means after everything that is
    // committed.
    const { state, after } = await this.#startOf(position);
    await this.#reader.waitForEpoch(state.epoch);
    if (this.#stop.signal.aborted) throw new DeadlineError('subscribe', 'the feed is closed');
    const channel = this.#dispatcher.channelOf(filter);
    if (typeof position.after === 'string') this.#resumes[channel.reaches(after) ? 'ring' : 'db'] += 1;
    const source = new ChannelSource(channel, state, this.#origins);
    const subscription = new Subscription(source, { after, first });
    channel.subscriptions.add(subscription);
    return subscription;
  }

  async #startOf(position: FeedPosition): ReturnType<typeof startOf> {
    try {
      return await startOf(this.#state, position);
    } catch (error) {
      const code = error instanceof InputError ? error.code : undefined;
      if (code === 'CURSOR_EXPIRED') this.#resumes.expired += 1;
      if (code === 'CURSOR_INVALID') this.#resumes.invalid += 1;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#timer);
    await this.#reader.close();
    for (const subscription of this.#dispatcher.subscriptions()) subscription.close();
  }

  #tick(): void {
    const now = performance.now();
    for (const subscription of this.#dispatcher.subscriptions())
      subscription.tick(now, this.#dispatcher.head);
  }
}

/** What one subscription reads: its channel, and the store for events that the channel does not reach. */
class ChannelSource implements BatchSource {
  readonly #channel: Channel;
  readonly #origins: Origins;
  readonly #epoch: string;
  /** The head of the store when the client subscribed. This process may not have read so far yet. */
  readonly #seen: number;

  constructor(channel: Channel, { head, epoch }: FeedState, origins: Origins) {
    this.#channel = channel;
    this.#origins = origins;
    this.#epoch = epoch;
    this.#seen = head;
  }

  read(after: number, first: number): Batch | Promise<Batch> {
    const { dispatcher } = this.#origins;
    const { head } = dispatcher;
    if (this.#seen > head || after > head || !this.#channel.reaches(after))
      return this.#readStored(after, first);
    return this.#channel.batch({ after, first }, dispatcher);
  }

  hasNews(after: number): boolean {
    return after < this.#seen || !this.#channel.reaches(after) || this.#channel.hasAfter(after);
  }

  caughtUp(): boolean {
    return this.#origins.dispatcher.caughtUp;
  }

  onDelivery(occurredAt: Date): void {
    this.#origins.onDelivery?.(occurredAt);
  }

  leave(subscription: Subscription): void {
    this.#origins.dispatcher.leave(this.#channel, subscription);
  }

  async #readStored(after: number, first: number): Promise<Batch> {
    const { dispatcher, pages } = this.#origins;
    const head = Math.max(this.#seen, dispatcher.head);
    return await pages.read(this.#channel.filter, { epoch: this.#epoch, after, first, head });
  }
}
