import type { EventFilter } from './event-filter.ts';
import type { Batch, FeedEvent } from '../events/event.ts';

/** Who reads a channel. */
export interface Member {
  /** Something new has come; up to the position there was nothing. */
  readonly wake: (position: number) => void;
  /** The feed has come to its end, this position, after a long way. */
  readonly settle: (head: number) => void;
}

/** Pages of one channel that are remembered. */
const PAGES = 200;

/** All subscriptions of one filter, and the recent events that it matches. */
export class Channel {
  readonly filter: EventFilter;
  readonly members = new Set<Member>();
  /** Positions above it and up to the feed's are matched. */
  since: number;
  /** What each distinct page of the moment is: many ask for the same one. */
  readonly #pages = new Map<string, Batch>();
  /** Ascending. */
  #matched: FeedEvent[] = [];

  constructor(filter: EventFilter, since: number) {
    this.filter = filter;
    this.since = since;
  }

  /** Adds what the next stretch of the feed holds for this channel. */
  add(events: readonly FeedEvent[]): void {
    this.#pages.clear();
    this.#matched.push(...events);
  }

  /** Forgets what stands at or before a position. */
  forget(position: number): void {
    if (position <= this.since) return;
    this.#pages.clear();
    this.since = position;
    this.#matched = this.#matched.filter((event) => event.position > position);
  }

  /** Whether it can tell what follows a position. */
  reaches(after: number): boolean {
    return after >= this.since;
  }

  /** A page of this moment, made where it is not known. */
  page(name: string, make: () => Batch): Batch {
    const known = this.#pages.get(name);
    if (known !== undefined) return known;
    if (this.#pages.size === PAGES) this.#pages.clear();
    const page = make();
    this.#pages.set(name, page);
    return page;
  }

  /** What it matches after a position, at most `limit`. */
  after(after: number, limit: number): FeedEvent[] {
    const start = this.#firstAfter(after);
    return this.#matched.slice(start, start + limit);
  }

  /** Whether it matches anything after a position. */
  hasAfter(after: number): boolean {
    return (this.#matched.at(-1)?.position ?? 0) > after;
  }

  #firstAfter(after: number): number {
    let [low, high] = [0, this.#matched.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#matched[middle]?.position ?? Infinity) > after) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
