import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RunStatement } from '../database/statements.ts';
import { FEED_CHANNEL } from '../events/wake-up-channel.ts';
import { hasPooler, type Pool } from '../database/store-pool.ts';
import { confirmFeedEpoch, renewFeedEpoch } from '../events/epoch.ts';
import { Alarm } from './alarm.ts';
import { Channel, type Member } from './channel.ts';
import type { EventFilter } from './event-filter.ts';
import { eventsAfter, feedState } from '../events/event-log.ts';
import type { FeedEvent, FeedState } from '../events/event.ts';
import { matchFilters, type Stretch, type Matches } from './match-filters.ts';
import { listenForWakeUps, type WakeSource } from '../database/listen.ts';

/** Whom the reader serves. */
interface Audience {
  readonly channels: () => Channel[];
  /** History may have been lost: no cursor of before is good any more. */
  readonly onNewEpoch: () => void;
}

const POLL_MS = 5_000;
/** Where nothing wakes it. */
const POLL_ALONE_MS = 1_000;
const RETRY_MS = 1_000;
const LOOK_AGAIN_MS = 50;
const EVENTS_AT_ONCE = 1_000;
/** Recent events kept for those who were away for a short time. */
const RING = 4_096;

/** Reads the feed for a whole process, in order and each position once; keeps the latest events. */
export class FeedReader {
  readonly #pool: Pool;
  readonly #run: RunStatement;
  readonly #log: Logger;
  readonly #audience: Audience;
  #state: FeedState = { epoch: '', head: 0, floor: 0 };
  /** Of the store, when it was last read. */
  #storeHead = 0;
  /** Where the stretch ends that is being matched; the head between two. */
  #reading = 0;
  #ring: FeedEvent[] = [];
  #lastRead = 0;
  readonly #alarm = new Alarm();
  #closed = false;
  /** Postgres was away, or a connection was: what came back may be another. */
  #suspect = false;
  /** When the store was last known to be the one that it was. */
  #confirmed = 0;
  #running: Promise<void> | undefined;
  #source: WakeSource | undefined;

  constructor(pool: Pool, run: RunStatement, { log, audience }: { log: Logger; audience: Audience }) {
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

  /** Whether nothing was stored behind the head when the store was last read. */
  get caughtUp(): boolean {
    return this.head === this.#storeHead;
  }

  sinceRead(): number {
    return performance.now() - this.#lastRead;
  }

  /** Starts at the head of the store. Rejects where it cannot be read. */
  async start(): Promise<void> {
    this.#restart(await feedState(this.#run));
    // A pooler would hand the session that listens to somebody else.
    if (!hasPooler(this.#pool)) {
      this.#source = listenForWakeUps(this.#pool, {
        channel: FEED_CHANNEL,
        onWake: () => this.#alarm.ring(),
        onConnect: () => (this.#suspect = true),
        log: this.#log,
      });
    }
    this.#running = this.#keepReading();
  }

  /** Resolves when the feed is read in this epoch, which the store has begun. Rejects where that takes too long. */
  async comeTo(epoch: string): Promise<void> {
    for (
      const started = performance.now();
      this.#state.epoch !== epoch && !this.#closed;
      await delay(LOOK_AGAIN_MS)
    ) {
      if (performance.now() - started > POLL_MS)
        throw new Error('the feed has begun anew, and cannot be read yet');
      this.#alarm.ring();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm.ring();
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
      const alone = this.#source?.listening() !== true;
      let wait = (alone ? POLL_ALONE_MS : POLL_MS) * (0.8 + 0.4 * Math.random());
      try {
        this.#alarm.reset();
        const suspect = this.#suspect || (alone && performance.now() - this.#confirmed > POLL_MS);
        // A connection may be new again before the answer comes.
        this.#suspect = false;
        if (suspect) await this.#confirm();
        await this.#catchUp();
      } catch (error) {
        if (!this.#closed) this.#log.warn({ err: error }, 'reading the feed failed, trying again');
        wait = RETRY_MS * (0.5 + Math.random());
        this.#alarm.reset();
        this.#suspect = true;
      }
      if (!this.#closed) await this.#alarm.sleep(wait);
    }
  }

  async #confirm(): Promise<void> {
    await confirmFeedEpoch(this.#pool);
    this.#confirmed = performance.now();
  }

  async #catchUp(): Promise<void> {
    for (let stretches = 1; ; stretches += 1) {
      const { state, events } = await eventsAfter(this.#run, this.head, EVENTS_AT_ONCE);
      if (this.#closed) return;
      if (state.epoch !== this.#state.epoch || state.floor > this.head) this.#skipTo(state);
      else if (state.head < this.head) await this.#handleLostEvents(state);
      else if (events.length > 0) await this.#take(state, events);
      this.#lastRead = performance.now();
      if (events.length < EVENTS_AT_ONCE) {
        if (stretches > 1) this.#tell((member) => member.settle(this.head));
        return;
      }
    }
  }

  /** Events that this process has seen are not there any more: their positions will be others'. */
  async #handleLostEvents({ epoch, head }: FeedState): Promise<void> {
    // Where nothing may be written, a replica that lags may have answered.
    if (!(await renewFeedEpoch(this.#pool, { epoch, head: this.head }))) return;
    this.#log.warn({ head, expected: this.head }, 'the feed is shorter than it was, it begins anew');
    this.#alarm.ring();
  }

  /** What was not read is gone, or was never this feed's. Subscribers that need it learn so when they read it. */
  #skipTo(state: FeedState): void {
    const renewed = state.epoch !== this.#state.epoch;
    this.#restart(state);
    if (renewed) this.#audience.onNewEpoch();
    for (const channel of this.#audience.channels()) channel.forget(state.head);
    this.#tell((member) => member.wake(0));
  }

  #tell(news: (member: Member) => void): void {
    for (const { members } of this.#audience.channels()) for (const member of members) news(member);
  }

  #restart(state: FeedState): void {
    this.#state = state;
    this.#storeHead = state.head;
    this.#reading = state.head;
    this.#ring = [];
    this.#lastRead = performance.now();
  }

  async #take(state: FeedState, events: readonly FeedEvent[]): Promise<void> {
    events.forEach(({ position }, index) => {
      const expected = this.head + 1 + index;
      if (position !== expected)
        throw new Error(`the feed has a hole: expected position ${expected}, got ${position}`);
    });
    const stretch = { after: this.head, upTo: this.head + events.length };
    this.#reading = stretch.upTo;
    const verdicts = await this.#match(events, stretch);
    this.#state = { ...state, head: stretch.upTo };
    this.#storeHead = state.head;
    this.#ring = [...this.#ring, ...events].slice(-RING);
    for (const channel of this.#audience.channels()) this.#pass(channel, events, { stretch, verdicts });
  }

  /** Gives a channel what it wants of a stretch. */
  #pass(
    channel: Channel,
    events: readonly FeedEvent[],
    { stretch, verdicts }: { stretch: Stretch; verdicts: Matches },
  ): void {
    const { filter, members } = channel;
    const verdict = verdicts.get(filter);
    // Where it could not be judged, or opened meanwhile, its members look for themselves.
    const judged = filter.condition === undefined || verdict !== undefined;
    const wanted = events.filter(
      (event) => verdict?.has(event.position) ?? (judged && chosen(filter, event)),
    );
    channel.add(wanted);
    channel.forget(judged ? (this.#ring[0]?.position ?? stretch.upTo) - 1 : stretch.upTo);
    if (wanted.length > 0 || !judged) for (const member of members) member.wake(stretch.after);
  }

  /** Which of these events each filter with a condition wants. */
  async #match(events: readonly FeedEvent[], stretch: Stretch): Promise<Matches> {
    const filters = this.#audience.channels().map(({ filter }) => filter);
    const verdicts = new Map<EventFilter, ReadonlySet<number>>();
    for (const topic of new Set(filters.map((filter) => filter.topic))) {
      const asked = filters.filter((filter) => filter.topic === topic && filter.condition !== undefined);
      const found = events.some((event) => event.topic === topic)
        ? await matchFilters(this.#run, asked, stretch)
        : new Map(asked.map((filter) => [filter, NONE] as const));
      for (const [filter, positions] of found) verdicts.set(filter, positions);
    }
    return verdicts;
  }
}

const NONE: ReadonlySet<number> = new Set();

function chosen({ topic, kinds }: EventFilter, event: FeedEvent): boolean {
  return event.topic === topic && kinds.has(event.kind);
}
