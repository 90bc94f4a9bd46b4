import { isStatementFault } from '../database/error-codes.ts';
import { DeadlineError, type RunStatement } from '../database/statements.ts';
import type { FeedEvent } from '../events/event.ts';
import type { EventFilter } from '../events/event-filter.ts';
import { matchingPositions } from '../events/event-log.ts';
import { shapeKey } from '../events/filter-shapes.ts';

/** A stretch of the feed: the positions after `after`, up to and including `upTo`. */
export interface Stretch {
  readonly after: number;
  readonly upTo: number;
}

/** The positions that each filter selects. A filter whose statement failed is missing. */
export type Matches = ReadonlyMap<EventFilter, ReadonlySet<number>>;

const NONE: ReadonlySet<number> = new Set();

/**
 * Matches the events of a stretch against all filters that have conditions, in few statements. Filters come
 * from clients: one that makes its statement fail is left out and does not affect the others. Rejects if the
 * store cannot be read.
 */
export async function matchFilters(
  run: RunStatement,
  filters: readonly EventFilter[],
  { stretch, events }: { stretch: Stretch; events: readonly FeedEvent[] },
): Promise<Matches> {
  const matches = new Map<EventFilter, ReadonlySet<number>>();
  const topics = new Set(events.map(({ topic }) => topic));
  const conditional = filters.filter(({ condition }) => condition !== undefined);
  for (const filter of conditional) if (!topics.has(filter.topic)) matches.set(filter, NONE);
  for (const topic of topics) {
    const ofTopic = conditional.filter((filter) => filter.topic === topic);
    for (const group of groupFilters(byShape(ofTopic), events.length))
      await matchGroup(run, group, { stretch, matches });
  }
  return matches;
}

interface ShapedFilter {
  readonly filter: EventFilter;
  readonly shape: string;
}

/** The filters, those of the same shape next to each other. */
function byShape(filters: readonly EventFilter[]): ShapedFilter[] {
  const groups = new Map<string, ShapedFilter[]>();
  for (const filter of filters) {
    const shape = shapeKey(filter);
    const group = groups.get(shape);
    if (group === undefined) groups.set(shape, [{ filter, shape }]);
    else group.push({ filter, shape });
  }
  return [...groups.values()].flat();
}

/** Limits of one statement: shapes of filters, which Postgres plans, values, and values times events. */
const SHAPES_AT_ONCE = 200;
const VALUES_AT_ONCE = 10_000;
const WORK_AT_ONCE = 1_000_000;

/** Divides filters into groups within these limits. A filter that exceeds them is a group of its own. */
function groupFilters(filters: readonly ShapedFilter[], events: number): EventFilter[][] {
  const most = Math.min(VALUES_AT_ONCE, WORK_AT_ONCE / events);
  const all: EventFilter[][] = [];
  let [left, shapes, lastShape] = [0, 0, ''];
  for (const { filter, shape } of filters) {
    const values = 1 + (filter.condition?.values.length ?? 0);
    const last = all.at(-1);
    if (shape !== lastShape) shapes += 1;
    lastShape = shape;
    if (last === undefined || values > left || shapes > SHAPES_AT_ONCE) {
      all.push([filter]);
      left = most - values;
      shapes = 1;
    } else {
      last.push(filter);
      left -= values;
    }
  }
  return all;
}

/** Matches a group in one statement. If it fails, halves the group until the filter at fault is alone. */
async function matchGroup(
  run: RunStatement,
  filters: readonly EventFilter[],
  to: { readonly stretch: Stretch; readonly matches: Map<EventFilter, ReadonlySet<number>> },
): Promise<void> {
  try {
    const positions = await matchingPositions(run, filters, to.stretch);
    filters.forEach((filter, index) => to.matches.set(filter, new Set(positions[index])));
  } catch (error) {
    if (!isAtFault(error)) throw error;
    if (filters.length === 1) return;
    const half = filters.length >> 1;
    await matchGroup(run, filters.slice(0, half), to);
    await matchGroup(run, filters.slice(half), to);
  }
}

/** Whether a statement failed because of its filter, not because the store is unavailable or busy. */
export function isAtFault(error: unknown): boolean {
  return isStatementFault(error instanceof DeadlineError ? error.cause : error);
}
