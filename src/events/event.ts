/** What an event speaks of. */
export type Topic = 'PAPER' | 'DIGEST';

/** What an ingest did to a paper: the first that applies. */
export type PaperEventKind = 'ADDED' | 'REVISED' | 'SUMMARIZED' | 'LISTED';

/** What an ingest did to its digest. */
export type DigestEventKind = 'ADDED' | 'REVISED';

/** An event of the feed. */
export interface FeedEvent {
  /** From 1, without a gap, in the order of commits. */
  readonly position: number;
  readonly topic: Topic;
  readonly kind: PaperEventKind | DigestEventKind;
  readonly occurredAt: Date;
  /** The ingest's run, a UUID. */
  readonly runId: string;
  readonly digestId: number;
  /** Null for an event of a digest; what has been removed since is not there any more. */
  readonly paperId: number | null;
  readonly entryId: number | null;
}

/** Where the feed stands. */
export interface FeedState {
  /** A UUID, secret: it signs cursors. */
  readonly epoch: string;
  /** The latest position; 0 where there is none. */
  readonly head: number;
  /** Events up to it may be gone. */
  readonly floor: number;
}

/** A part of the feed, as one message carries it. */
export interface Batch {
  /** Equal for batches that hold the same; of this process only. */
  readonly key: string;
  readonly epoch: string;
  /** Every matching event up to this position has been sent. */
  readonly position: number;
  readonly events: readonly FeedEvent[];
  /** Nothing is stored behind it. */
  readonly caughtUp: boolean;
}

/** A batch of these events. */
export function batch(
  { epoch }: Pick<FeedState, 'epoch'>,
  { topic, position, events, caughtUp }: Omit<Batch, 'key' | 'epoch'> & { topic: Topic },
): Batch {
  const positions = events.map((event) => event.position).join();
  return { key: `${epoch} ${topic} ${position} ${caughtUp} ${positions}`, epoch, position, events, caughtUp };
}
