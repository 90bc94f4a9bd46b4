import { setTimeout as delay } from 'node:timers/promises';
import type { RunStatement } from '../database/statements.ts';
import { compileChoice, checkFirst, type EventChoice } from './event-filter.ts';
import { checkPosition, eventsAt, feedState, ofEpoch, positionOf, readBatch } from '../events/event-log.ts';
import type { Batch, FeedEvent, FeedState } from '../events/event.ts';
import { encodeFeedCursor } from '../events/feed-cursor.ts';

/** Where in the feed to start: at its end, or with the oldest event kept. */
type FeedStart = 'NOW' | 'OLDEST';

/** Where a caller starts, and how much a batch may hold. */
export interface FeedPosition {
  /** A cursor; wins over `start`. */
  readonly after?: string | null | undefined;
  readonly start: FeedStart;
  /** Events of a batch, 1 to 100. */
  readonly first: number;
}

/** What a request reads of the feed. */
export interface FeedReads {
  /** The cursor of all that is committed now. */
  readonly cursor: () => Promise<string>;
  /** One page. Rejects with InputError for a cursor, filter or size that cannot be answered. */
  readonly page: (choice: EventChoice, position: FeedPosition) => Promise<Batch>;
  /** Events as they are now: two digests that turn out to be one take each other's entries. */
  readonly again: (events: readonly FeedEvent[]) => Promise<FeedEvent[]>;
}

/** How long a page goes on looking for an event where a filter matches little. */
const PATIENCE_MS = 1_000;

/** The feed's reads of one request. */
export function feedReads(run: RunStatement): FeedReads {
  return {
    cursor: async () => {
      const { epoch, head } = await feedState(run);
      return encodeFeedCursor(epoch, head);
    },
    again: async (events) =>
      await eventsAt(
        run,
        events.map(({ position }) => position),
      ),
    page: async (choice, asked) => {
      const first = checkFirst(asked.first);
      const filter = await compileChoice(run, choice);
      const { state, after: start } = await startOf(async () => await feedState(run), asked);
      let after = start;
      for (const started = performance.now(); ;) {
        const page = ofEpoch(state.epoch, await readBatch(run, filter, { after, first }));
        if (page.events.length > 0 || page.caughtUp || performance.now() - started > PATIENCE_MS) return page;
        after = page.position;
      }
    },
  };
}

/** For how long a cursor that is ahead of the store is waited for, in milliseconds: the store may be a replica that lags. */
const LAG_MS = 2_000;
const LOOK_AGAIN_MS = 100;

/**
 * The position that a caller starts after, and where the feed stands. Rejects with InputError: with CURSOR_INVALID for a cursor
 * that is another store's, forged, or ahead of the feed, with CURSOR_EXPIRED where events after it are gone.
 */
export async function startOf(
  readState: () => Promise<FeedState>,
  { after, start }: Pick<FeedPosition, 'after' | 'start'>,
): Promise<{ state: FeedState; after: number }> {
  for (const started = performance.now(); ; await delay(LOOK_AGAIN_MS)) {
    const state = await readState();
    if (typeof after !== 'string') return { state, after: start === 'OLDEST' ? state.floor : state.head };
    const position = positionOf(state, after);
    if (position > state.head && performance.now() - started < LAG_MS) continue;
    checkPosition(state, position);
    return { state, after: position };
  }
}
