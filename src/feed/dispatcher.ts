import type { RunStatement } from '../database/statements.ts';
import type { FeedEvent, FeedState } from '../events/event.ts';
import type { EventFilter } from '../events/event-filter.ts';
import { epochEnded } from '../events/resume.ts';
import { Channel } from './channel.ts';
import { matchFilters, type Matches, type Stretch } from './match-filters.ts';
import { RecentEvents } from './recent-events.ts';
import type { Subscription } from './subscription.ts';

/**
 * Passes new events to the channels whose filters select them. Invariant: every channel knows the events that
 * its filter selects, from the position that it reaches (`Channel.reaches`) up to `head`. Positions have no
 * gaps, because a commit appends its events under a lock (see `appendToFeed`), and `deliver` checks it.
 */
export class Dispatcher {
  readonly #run: RunStatement;
  readonly #channels = new Map<string, Channel>();
  #epoch: string;
  #head: number;
  /** The head of the store when it was last read. */
  #storeHead: number;
  /** Events up to this position are matched, or being matched. A channel that opens now misses them. */
  #matching: number;
  #recent: RecentEvents;
  #holes = 0;

  /** Starts at the head of the feed. */
  constructor(run: RunStatement, { epoch, head }: FeedState) {
    this.#run = run;
    this.#epoch = epoch;
    this.#head = head;
    this.#storeHead = head;
    this.#matching = head;
    this.#recent = new RecentEvents(head);
  }

  get epoch(): string {
    return this.#epoch;
  }

  get head(): number {
    return this.#head;
  }

  /** Whether the store had nothing after the head when it was last read. */
  get caughtUp(): boolean {
    return this.#head === this.#storeHead;
  }

  /** All open subscriptions. */
  *subscriptions(): Generator<Subscription> {
    for (const { subscriptions } of this.#channels.values()) yield* subscriptions;
  }

  /** How many events of the store are not delivered yet, as of the last read. */
  get lag(): number {
    return this.#storeHead - this.#head;
  }

  /** How many channels are open: one for each filter. */
  get channels(): number {
    return this.#channels.size;
  }

  /** How often a stretch of the feed had a hole. */
  get holes(): number {
    return this.#holes;
  }

  /** How many subscriptions are open. */
  get size(): number {
    let size = 0;
    for (const { subscriptions } of this.#channels.values()) size += subscriptions.size;
    return size;
  }

  /** The channel of a filter; opens it for the first subscription. */
  channelOf(filter: EventFilter): Channel {
    const known = this.#channels.get(filter.key);
    if (known !== undefined) return known;
    const channel = this.#open(filter);
    this.#channels.set(filter.key, channel);
    return channel;
  }

  /** Removes a subscription, and its channel if no other one is left. */
  leave(channel: Channel, subscription: Subscription): void {
    channel.subscriptions.delete(subscription);
    const { key } = channel.filter;
    // A new epoch may have put another channel in its place.
    if (channel.subscriptions.size === 0 && this.#channels.get(key) === channel) this.#channels.delete(key);
  }

  /**
   * Delivers the events after the head. Rejects and delivers nothing if one is missing or the store fails.
   */
  async deliver({ head }: FeedState, events: readonly FeedEvent[]): Promise<void> {
    const stretch = { after: this.#head, upTo: this.#head + events.length };
    this.#checkPositions(events, stretch);
    this.#matching = stretch.upTo;
    const filters = [...this.#channels.values()].map(({ filter }) => filter);
    const matches = await matchFilters(this.#run, filters, { stretch, events });
    this.#head = stretch.upTo;
    this.#storeHead = head;
    this.#recent.add(events);
    for (const channel of this.#channels.values()) this.#deliverTo(channel, events, { stretch, matches });
  }

  /** Tells subscriptions that this process has caught up, after it lagged by more than one stretch. */
  settle(): void {
    for (const subscription of this.subscriptions()) subscription.settle(this.#head);
  }

  /**
   * Continues at the head of the store, because the events before it are deleted. Subscriptions that need
   * them get CURSOR_EXPIRED when they read. A new epoch ends all subscriptions: their cursors are invalid.
   */
  skipTo({ epoch, head }: FeedState): void {
    const before = epoch === this.#epoch ? [] : [...this.subscriptions()];
    if (epoch !== this.#epoch) this.#channels.clear();
    this.#epoch = epoch;
    this.#head = head;
    this.#storeHead = head;
    this.#matching = head;
    this.#recent = new RecentEvents(head);
    for (const subscription of before) subscription.fail(epochEnded());
    for (const channel of this.#channels.values()) channel.forget(head);
    for (const subscription of this.subscriptions()) subscription.wake(0);
  }

  #checkPositions(events: readonly FeedEvent[], { after }: Stretch): void {
    for (const [index, { position }] of events.entries()) {
      const expected = after + 1 + index;
      if (position === expected) continue;
      this.#holes += 1;
      throw new Error(`the feed has a hole: expected position ${expected}, got ${position}`);
    }
  }

  #open(filter: EventFilter): Channel {
    // Only Postgres can test a condition: the channel starts with the next stretch, earlier events are read
    // from the store.
    if (filter.condition !== undefined) return new Channel(filter, this.#matching);
    const channel = new Channel(filter, this.#recent.since);
    channel.add(this.#recent.filter((event) => selects(filter, event)));
    return channel;
  }

  #deliverTo(
    channel: Channel,
    events: readonly FeedEvent[],
    { stretch, matches }: { stretch: Stretch; matches: Matches },
  ): void {
    const { filter, subscriptions } = channel;
    const positions = matches.get(filter);
    // Without an answer (Postgres failed at the filter, or the channel opened meanwhile) the subscriptions
    // read from the store.
    const known = filter.condition === undefined || positions !== undefined;
    const selected = events.filter(
      (event) => positions?.has(event.position) ?? (known && selects(filter, event)),
    );
    channel.add(selected);
    channel.forget(known ? this.#recent.since : stretch.upTo);
    if (selected.length > 0 || !known)
      for (const subscription of subscriptions) subscription.wake(stretch.after);
  }
}

/** Whether topic and kinds of a filter select an event. */
function selects({ topic, kinds }: EventFilter, event: FeedEvent): boolean {
  return event.topic === topic && kinds.has(event.kind);
}
