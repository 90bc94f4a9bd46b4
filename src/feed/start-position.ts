import type { FeedState } from '../events/event.ts';
import { checkPosition, positionOf } from '../events/resume.ts';
import { sleep } from '../time/sleep.ts';

/** Where to start without a cursor: after the last committed event, or with the oldest one that is kept. */
type FeedStart = 'NOW' | 'OLDEST';

/** Where a caller starts reading, and how many events a batch may hold. */
export interface FeedPosition {
  /** A cursor; takes precedence over `start`. */
  readonly after?: string | null | undefined;
  readonly start: FeedStart;
  /** The largest number of events in a batch, 1 to 100. */
  readonly first: number;
}

/**
 * How long to wait, in milliseconds, if a cursor is ahead of the feed: a replica may lag behind the primary
 * that issued the cursor.
 */
const LAG_MS = 2_000;
const LOOK_AGAIN_MS = 100;

/**
 * Resolves the position that a caller starts after, and the state of the feed at that time. Rejects with
 * InputError: CURSOR_INVALID for a cursor that is forged, of another store, or ahead of the feed;
 * CURSOR_EXPIRED if events after it are deleted.
 */
export async function startOf(
  readState: () => Promise<FeedState>,
  { after, start }: Pick<FeedPosition, 'after' | 'start'>,
): Promise<{ state: FeedState; after: number }> {
  for (const started = performance.now(); ; await sleep(LOOK_AGAIN_MS)) {
    const state = await readState();
    if (typeof after !== 'string') return { state, after: start === 'OLDEST' ? state.floor : state.head };
    const position = positionOf(state, after);
    if (position > state.head && performance.now() - started < LAG_MS) continue;
    checkPosition(state, position);
    return { state, after: position };
  }
}
