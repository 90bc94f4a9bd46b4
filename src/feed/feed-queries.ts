import type { RunStatement } from '../database/statements.ts';
import type { Batch, FeedEvent } from '../events/event.ts';
import { eventsAt, feedState, readBatch } from '../events/event-log.ts';
import { checkEpoch } from '../events/resume.ts';
import { checkFirst, compileChoice, type EventChoice } from './event-choice.ts';
import { startOf, type FeedPosition } from './start-position.ts';

/** The queries of the feed that need no subscription. */
export interface FeedQueries {
  /** One batch. Rejects with InputError for an invalid cursor, filter or size. */
  readonly page: (choice: EventChoice, position: FeedPosition) => Promise<Batch>;
  /** Reads events again, because they move to other entries when two digests are merged. */
  readonly again: (events: readonly FeedEvent[]) => Promise<FeedEvent[]>;
}

/** How long a page may search for an event if the filter rarely matches, in milliseconds. */
const PATIENCE_MS = 1_000;

/** The queries of one operation. */
export function feedQueries(run: RunStatement): FeedQueries {
  return {
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
        const page = checkEpoch(state.epoch, await readBatch(run, filter, { after, first }));
        if (page.events.length > 0 || page.caughtUp || performance.now() - started > PATIENCE_MS) return page;
        after = page.position;
      }
    },
  };
}
