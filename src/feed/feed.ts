import type { Pool } from '../database/store-pool.ts';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { InputError } from '../errors/input-error.ts';
import {
  DeadlineError,
  statementRunner,
  type RunStatement,
  type StatementOptions,
} from '../database/statements.ts';
import { Channel } from './channel.ts';
import { checkFirst, compileChoice, type EventChoice, type EventFilter } from './event-filter.ts';
import { feedState, invalid, ofEpoch, readBatch } from '../events/event-log.ts';
import { batch, type Batch, type FeedState } from '../events/event.ts';
import { FeedReader } from './feed-reader.ts';
import { startOf, type FeedPosition } from './feed-reads.ts';
import { isAtFault } from './match-filters.ts';
import { shareCalls } from './share-calls.ts';
import { Subscription, type Source } from './subscription.ts';

/** The live feed of a process: one reader of the store, any number of subscriptions. */
export interface Feed {
  /** Subscribes. Rejects with InputError for a cursor, filter or size that cannot be answered. */
  readonly subscribe: (choice: EventChoice, position: FeedPosition) => Promise<Subscription>;
  /** The feed's latest position that this process knows. */
  readonly head: () => number;
  /** How long ago the store was last read, in milliseconds. */
  readonly sinceRead: () => number;
  /** Subscriptions that are open. */
  readonly size: () => number;
  /** Ends all subscriptions and the reader. */
  readonly close: () => Promise<void>;
}

/** What the feed needs. */
export interface FeedOptions extends Pick<StatementOptions, 'prepared'> {
  readonly pool: Pool;
  readonly log: Logger;
}

/** A statement that takes longer is given up: its connection may be dead. In milliseconds. */
const DEADLINE_MS = 10_000;
const TICK_MS = 5_000;
const RETRY_MS = 1_000;
const PAGES_KEPT = 200;
const PAGES_AT_ONCE = 4;

/** Starts the live feed. Rejects where the store cannot be read. */
export async function openFeed({ pool, prepared, log }: FeedOptions): Promise<Feed> {
  // It tries again by itself, once it knows that the store is still the one that it was.
  const run = statementRunner(pool, { prepared, deadlineMs: DEADLINE_MS, failFast: true });
  const feed = new LiveFeed(pool, run, log);
  await feed.start();
  return {
    subscribe: async (choice, position) => await feed.subscribe(choice, position),
    head: () => feed.head(),
    sinceRead: () => feed.sinceRead(),
    size: () => feed.size(),
    close: async () => await feed.close(),
  };
}

class LiveFeed {
  readonly #run: RunStatement;
  readonly #log: Logger;
  readonly #channels = new Map<string, Channel>();
  readonly #reader: FeedReader;
  readonly #state: () => Promise<FeedState>;
  /** Pages of those who were away longer than this process remembers; the same page is read once. */
  readonly #pages = new LRUCache<string, Promise<Batch>>({ max: PAGES_KEPT });
  readonly #limit = pLimit(PAGES_AT_ONCE);
  readonly #timer: NodeJS.Timeout;
  #closed = false;

  constructor(pool: Pool, run: RunStatement, log: Logger) {
    this.#run = run;
    this.#log = log;
    this.#state = shareCalls(async () => await feedState(run));
    const audience = {
      channels: () => [...this.#channels.values()],
      onNewEpoch: () => this.#beginAnew(),
    };
    this.#reader = new FeedReader(pool, run, { log, audience });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  async start(): Promise<void> {
    await this.#reader.start();
  }

  head(): number {
    return this.#reader.head;
  }

  sinceRead(): number {
    return this.#reader.sinceRead();
  }

  size(): number {
    return [...this.#channels.values()].reduce((sum, { members }) => sum + members.size, 0);
  }

  async subscribe(choice: EventChoice, position: FeedPosition): Promise<Subscription> {
    const first = checkFirst(position.first);
    const filter = await compileChoice(this.#run, choice);
    // The store's state, not this process's, which may be a moment behind: NOW is after all that is committed.
    const { state, after } = await startOf(this.#state, position);
    await this.#reader.comeTo(state.epoch);
    if (this.#closed) throw new DeadlineError('subscribe', 'the feed is closed');
    const channel = this.#channelOf(filter);
    const subscription = new Subscription(new ChannelSource(this, channel, state), { after, first });
    channel.members.add(subscription);
    return subscription;
  }

  /** The next batch of a channel. `known`: a head of the store, which this process may still be on its way to. */
  read(channel: Channel, asked: PageAsked): Batch | Promise<Batch> {
    const { head } = this.#reader;
    if (asked.known > head || asked.after > head || !channel.reaches(asked.after))
      return this.#readStored(channel.filter, asked);
    return this.#readHere(channel, asked);
  }

  get caughtUp(): boolean {
    return this.#reader.caughtUp;
  }

  leave(channel: Channel, subscription: Subscription): void {
    channel.members.delete(subscription);
    const { key } = channel.filter;
    if (channel.members.size === 0 && this.#channels.get(key) === channel) this.#channels.delete(key);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#reader.close();
    for (const { members } of this.#channels.values())
      for (const member of members) (member as Subscription).close();
  }

  #channelOf(filter: EventFilter): Channel {
    const known = this.#channels.get(filter.key);
    if (known !== undefined) return known;
    const channel = this.#reader.open(filter);
    this.#channels.set(filter.key, channel);
    return channel;
  }

  #readHere(channel: Channel, { after, first }: PageAsked): Batch {
    const { state } = this.#reader;
    return channel.page(`${after} ${first}`, () => {
      const events = channel.after(after, first + 1);
      const more = events.length > first;
      const sent = events.slice(0, first);
      const position = more ? (sent.at(-1)?.position ?? after) : state.head;
      const caughtUp = !more && this.#reader.caughtUp;
      return batch(state, { topic: channel.filter.topic, position, events: sent, caughtUp });
    });
  }

  /** From the store. Goes on trying while the store cannot be reached: the subscriber would only come back with the same cursor. */
  async #readStored(filter: EventFilter, { after, first, known, epoch }: PageAsked): Promise<Batch> {
    const name = `${filter.key} ${after} ${first} ${Math.max(known, this.#reader.head)}`;
    for (;;) {
      try {
        const read = async (): Promise<Batch> => await readBatch(this.#run, filter, { after, first });
        return ofEpoch(epoch, await this.#shared(name, read));
      } catch (error) {
        if (error instanceof InputError || isAtFault(error) || this.#closed) throw error;
        this.#log.warn({ err: error }, 'reading the feed failed, trying again');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (0.5 + Math.random())));
      }
    }
  }

  async #shared(name: string, read: () => Promise<Batch>): Promise<Batch> {
    const known = this.#pages.get(name);
    if (known !== undefined) return await known;
    const page = this.#limit(read);
    this.#pages.set(name, page);
    page.catch(() => this.#pages.delete(name));
    return await page;
  }

  #tick(): void {
    const now = performance.now();
    for (const { members } of this.#channels.values())
      for (const member of members) (member as Subscription).tick(now, this.#reader.head);
  }

  /** What was read of the feed before may not be so any more. */
  #beginAnew(): void {
    const before = [...this.#channels.values()];
    this.#channels.clear();
    this.#pages.clear();
    const error = invalid('expected a cursor of this feed, which has begun anew');
    for (const { members } of before) for (const member of members) (member as Subscription).fail(error);
  }
}

interface PageAsked {
  readonly after: number;
  readonly first: number;
  readonly known: number;
  readonly epoch: string;
}

/** A channel, as one subscription reads it. */
class ChannelSource implements Source {
  readonly #feed: LiveFeed;
  readonly #channel: Channel;
  /** Of the store, as the subscriber may have seen it. */
  readonly #known: number;
  readonly #epoch: string;

  constructor(feed: LiveFeed, channel: Channel, { head, epoch }: FeedState) {
    this.#feed = feed;
    this.#channel = channel;
    this.#known = head;
    this.#epoch = epoch;
  }

  read(after: number, first: number): Batch | Promise<Batch> {
    return this.#feed.read(this.#channel, { after, first, known: this.#known, epoch: this.#epoch });
  }

  /** What a channel does not reach stands in the store, whatever this process knows so far. */
  hasNews(after: number): boolean {
    return after < this.#known || !this.#channel.reaches(after) || this.#channel.hasAfter(after);
  }

  caughtUp(): boolean {
    return this.#feed.caughtUp;
  }

  leave(subscription: Subscription): void {
    this.#feed.leave(this.#channel, subscription);
  }
}
