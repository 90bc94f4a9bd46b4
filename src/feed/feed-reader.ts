import type pg from 'pg';
import type { Logger } from 'pino';
import type { RunStatement } from '../reads/statements.ts';
import { FEED_CHANNEL } from '../database/feed-channel.ts';
import { confirmFeedEpoch } from '../database/feed-epoch.ts';
import { Channel } from './channel.ts';
import type { EventFilter } from './event-filter.ts';
import { eventsAfter, feedState, matchingPositions } from './event-log.ts';
import type { FeedEvent, FeedState } from './event.ts';
import { listenForWakeUps, type WakeSource } from './wake-source.ts';

/** Whom the reader serves. */
interface Audience {
  readonly channels: () => Channel[];
  /** History may have been lost: no cursor of before is good any more. */
  readonly onNewEpoch: () => void;
}

const POLL_MS = 5_000;
const RETRY_MS = 1_000;
const EVENTS_AT_ONCE = 1_000;
/** Recent events kept for those who were away for a short time. */
const RING = 4_096;
/** Filters that one statement asks about. */
const FILTERS_AT_ONCE = 200;

/** Reads the feed for a whole process, in order and each position once; keeps the latest events. */
export class FeedReader {
  readonly #pool: pg.Pool;
  readonly #run: RunStatement;
  readonly #log: Logger;
  readonly #audience: Audience;
  #state: FeedState = { epoch: '', head: 0, floor: 0 };
  /** Where the stretch ends that is being matched; the head between two. */
  #reading = 0;
  #ring: FeedEvent[] = [];
  #lastRead = 0;
  #news = false;
  #wake: (() => void) | undefined;
  #closed = false;
  /** Postgres was away: what came back may be another. */
  #failed = false;
  #running: Promise<void> | undefined;
  #source: WakeSource | undefined;

  constructor(pool: pg.Pool, run: RunStatement, { log, audience }: { log: Logger; audience: Audience }) {
    this.#pool = pool;
    this.#run = run;
    this.#log = log;
    this.#audience = audience;
  }

  /** Up to its head every channel is matched. */
  get state(): FeedState {
    return this.#state;
  }

  get head(): number {
    return this.#state.head;
  }

  sinceRead(): number {
    return Date.now() - this.#lastRead;
  }

  /** Starts at the head of the store. Rejects where it cannot be read. */
  async start(): Promise<void> {
    this.#restart(await feedState(this.#run));
    this.#source = listenForWakeUps(this.#pool, {
      channel: FEED_CHANNEL,
      onWake: () => this.#wakeUp(),
      log: this.#log,
    });
    this.#running = this.#keepReading();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wakeUp();
    await this.#source?.close();
    await this.#running;
  }

  /** A channel for a filter; what it has matched begins with recent events where they tell. */
  open(filter: EventFilter): Channel {
    if (filter.condition !== undefined) return new Channel(filter, this.#reading);
    const [oldest] = this.#ring;
    const channel = new Channel(filter, oldest === undefined ? this.head : oldest.position - 1);
    channel.add(this.#ring.filter((event) => chosen(filter, event)));
    return channel;
  }

  async #keepReading(): Promise<void> {
    while (!this.#closed) {
      let wait = POLL_MS * (0.8 + 0.4 * Math.random());
      try {
        this.#news = false;
        if (this.#failed) await confirmFeedEpoch(this.#pool);
        await this.#catchUp();
        this.#failed = false;
      } catch (error) {
        this.#log.warn({ err: error }, 'reading the feed failed, trying again');
        wait = RETRY_MS * (0.5 + Math.random());
        this.#news = false;
        this.#failed = true;
      }
      await this.#sleep(wait);
    }
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const { state, events } = await eventsAfter(this.#run, this.head, EVENTS_AT_ONCE);
      this.#lastRead = Date.now();
      if (this.#closed) return;
      if (state.epoch !== this.#state.epoch || state.floor > this.head) this.#skipTo(state);
      else if (events.length > 0) await this.#take(state, events);
      if (events.length < EVENTS_AT_ONCE) return;
    }
  }

  /** What was not read is gone, or was never this feed's. Subscribers that need it learn so when they read it. */
  #skipTo(state: FeedState): void {
    const renewed = state.epoch !== this.#state.epoch;
    this.#restart(state);
    for (const channel of this.#audience.channels()) channel.forget(state.head);
    if (renewed) this.#audience.onNewEpoch();
    else for (const { members } of this.#audience.channels()) for (const member of members) member.wake(0);
  }

  #restart(state: FeedState): void {
    this.#state = state;
    this.#reading = state.head;
    this.#ring = [];
    this.#lastRead = Date.now();
  }

  async #take(state: FeedState, events: readonly FeedEvent[]): Promise<void> {
    events.forEach(({ position }, index) => {
      const expected = this.head + 1 + index;
      if (position !== expected)
        throw new Error(`the feed has a hole: expected position ${expected}, got ${position}`);
    });
    const before = this.head;
    const upTo = before + events.length;
    this.#reading = upTo;
    const matched = await this.#match(events, upTo);
    this.#state = { ...state, head: upTo };
    this.#ring = [...this.#ring, ...events].slice(-RING);
    const kept = (this.#ring[0]?.position ?? upTo) - 1;
    for (const channel of this.#audience.channels()) {
      // One that has opened meanwhile is in `matched` only where it needs nobody to ask; else it begins behind.
      const wanted = events.filter((event) => matched(channel.filter, event));
      channel.add(wanted);
      channel.forget(kept);
      if (wanted.length > 0) for (const member of channel.members) member.wake(before);
    }
  }

  /** Which of these events each filter wants: the store is asked about the conditions of many filters at once. */
  async #match(
    events: readonly FeedEvent[],
    upTo: number,
  ): Promise<(filter: EventFilter, event: FeedEvent) => boolean> {
    const found = new Map<EventFilter, ReadonlySet<number>>();
    const filters = this.#audience.channels().map(({ filter }) => filter);
    for (const topic of new Set(events.map((event) => event.topic))) {
      const asked = filters.filter((filter) => filter.topic === topic && filter.condition !== undefined);
      for (let start = 0; start < asked.length; start += FILTERS_AT_ONCE) {
        const some = asked.slice(start, start + FILTERS_AT_ONCE);
        const positions = await matchingPositions(this.#run, some, { after: this.head, upTo });
        some.forEach((filter, index) => found.set(filter, new Set(positions[index])));
      }
    }
    return (filter, event) =>
      filter.condition === undefined
        ? chosen(filter, event)
        : found.get(filter)?.has(event.position) === true;
  }

  #wakeUp(): void {
    this.#news = true;
    this.#wake?.();
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#news || this.#closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

function chosen({ topic, kinds }: EventFilter, event: FeedEvent): boolean {
  return event.topic === topic && kinds.has(event.kind);
}
