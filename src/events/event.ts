import type { EventKind, EventTopic } from '../database/generated/enums.ts';

export { EventKind, EventTopic } from '../database/generated/enums.ts';

/** How an ingest changed a paper. */
export type PaperEventKind = EventKind;

/** How an ingest changed its digest. The table's check constraint allows these two only. */
export type DigestEventKind = Extract<EventKind, 'ADDED' | 'REVISED'>;

interface EventFacts {
  /** From 1, without a gap, in the order of commits. */
  readonly position: number;
  readonly topic: EventTopic;
  readonly kind: EventKind;
  readonly occurredAt: Date;
  /** UUID of the ingest run. */
  readonly runId: string;
  readonly digestId: number;
}

/** An event about a paper. The paper or the entry may have been removed since. */
interface PaperEvent extends EventFacts {
  readonly topic: 'PAPER';
  readonly kind: PaperEventKind;
  readonly paperId: number;
  /** The digest entry that caused the event. */
  readonly entryId: number;
}

/** An event about the digest that an ingest stored. The digest may have been removed since. */
export interface DigestEvent extends EventFacts {
  readonly topic: 'DIGEST';
  readonly kind: DigestEventKind;
  readonly paperId: null;
  readonly entryId: null;
}

/** One event of the feed. */
export type FeedEvent = PaperEvent | DigestEvent;

/** The state of the feed as a whole. */
export interface FeedState {
  /** A UUID that signs cursors: it must never be sent to a client. */
  readonly epoch: string;
  /** The latest position; 0 without events. */
  readonly head: number;
  /** Retention may have deleted the events up to this position. */
  readonly floor: number;
}

/** The events of one message, and the position to resume from. */
export interface Batch {
  /** Equal for batches with equal content. Only meaningful within this process. */
  readonly key: string;
  readonly epoch: string;
  /** Every matching event up to this position has been delivered, this batch included. */
  readonly position: number;
  readonly events: readonly FeedEvent[];
  /** Whether the store had no event after `position`. */
  readonly caughtUp: boolean;
}

/** Makes a batch, and its key. */
export function batch(
  { epoch }: Pick<FeedState, 'epoch'>,
  { topic, position, events, caughtUp }: Omit<Batch, 'key' | 'epoch'> & { topic: EventTopic },
): Batch {
  const positions = events.map((event) => event.position).join();
  return { key: `${epoch} ${topic} ${position} ${caughtUp} ${positions}`, epoch, position, events, caughtUp };
}
