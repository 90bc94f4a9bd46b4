import type { EventFilter } from '../events/event-filter.ts';
import { batch, type Batch, type FeedEvent } from '../events/event.ts';
import type { Subscription } from './subscription.ts';

/** How many batches a channel keeps. */
const MOST_BATCHES = 200;

/** The head of the feed at the time when a batch is made. */
interface FeedHead {
  readonly epoch: string;
  readonly head: number;
  /** Whether the store has no event after the head. */
  readonly caughtUp: boolean;
}

/** The subscriptions with one filter, and the recent events that the filter selects. */
export class Channel {
  readonly filter: EventFilter;
  readonly subscriptions = new Set<Subscription>();
  /** The channel knows all selected events after this position. */
  #since: number;
  /** The batches made since the last change. Most subscriptions of a channel ask for the same one. */
  readonly #batches = new Map<string, Batch>();
  /** Ascending by position. */
  #events: FeedEvent[] = [];

  /** Opens a channel that knows the events after a position. */
  constructor(filter: EventFilter, since: number) {
    this.filter = filter;
    this.#since = since;
  }

  /**
   * Adds the selected events of the next stretch of the feed. Must be called for each stretch, also without
   * events.
   */
  add(events: readonly FeedEvent[]): void {
    // Also without events: the head has moved, and batches contain it.
    this.#batches.clear();
    this.#events.push(...events);
  }

  /** Forgets the events up to a position. */
  forget(position: number): void {
    if (position <= this.#since) return;
    this.#batches.clear();
    this.#since = position;
    this.#events = this.#events.filter((event) => event.position > position);
  }

  /** Whether the channel knows all selected events after a position. If not, they are read from the store. */
  reaches(after: number): boolean {
    return after >= this.#since;
  }

  /** Whether the filter selects any known event after a position. */
  hasAfter(after: number): boolean {
    return (this.#events.at(-1)?.position ?? 0) > after;
  }

  /** The batch of at most `first` events after a position that the channel reaches. */
  batch({ after, first }: { after: number; first: number }, now: FeedHead): Batch {
    const name = `${after} ${first}`;
    const known = this.#batches.get(name);
    if (known !== undefined) return known;
    if (this.#batches.size === MOST_BATCHES) this.#batches.clear();
    const made = this.#makeBatch(after, first, now);
    this.#batches.set(name, made);
    return made;
  }

  #makeBatch(after: number, first: number, { epoch, head, caughtUp }: FeedHead): Batch {
    const { topic } = this.filter;
    const start = this.#firstAfter(after);
    const events = this.#events.slice(start, start + first);
    const last = events.at(-1);
    if (last !== undefined && this.hasAfter(last.position))
      return batch({ epoch }, { topic, position: last.position, events, caughtUp: false });
    return batch({ epoch }, { topic, position: head, events, caughtUp });
  }

  /** The index of the first event after a position, by binary search. */
  #firstAfter(after: number): number {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.position ?? Infinity) > after) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
