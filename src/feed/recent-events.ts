import type { FeedEvent } from '../events/event.ts';

/** How many events are kept. */
const MOST_EVENTS = 4_096;

/**
 * The latest events of the feed, without a gap. A subscriber that was disconnected for a short time resumes
 * from them without a query.
 */
export class RecentEvents {
  #events: readonly FeedEvent[] = [];
  #since: number;

  /** Starts without events at a position of the feed. */
  constructor(position: number) {
    this.#since = position;
  }

  /** All events after this position are here. */
  get since(): number {
    return this.#since;
  }

  /** Adds the events that follow, and forgets the oldest if there are too many. */
  add(events: readonly FeedEvent[]): void {
    const all = [...this.#events, ...events];
    this.#events = all.slice(-MOST_EVENTS);
    this.#since += all.length - this.#events.length;
  }

  /** The events that satisfy a condition, oldest first. */
  filter(condition: (event: FeedEvent) => boolean): FeedEvent[] {
    return this.#events.filter(condition);
  }
}
