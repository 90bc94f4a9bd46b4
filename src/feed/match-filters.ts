import { isStatementFault } from '../database/error-codes.ts';
import { DeadlineError, type RunStatement } from '../database/statements.ts';
import { matchingPositions } from '../events/event-log.ts';
import type { EventFilter } from './event-filter.ts';

/** A stretch of the feed: positions after `after`, up to and with `upTo`. */
export interface Stretch {
  readonly after: number;
  readonly upTo: number;
}

/** What each filter wants of a stretch. A filter that Postgres could not judge is not there. */
export type Matches = ReadonlyMap<EventFilter, ReadonlySet<number>>;

/** Filters that one statement asks about, values in them, and values times events. Postgres takes 65,535 values. */
const FILTERS_AT_ONCE = 200;
const VALUES_AT_ONCE = 10_000;
const WORK_AT_ONCE = 1_000_000;

/**
 * Judges a stretch by many filters of one topic, with conditions, in few statements. The filters are strangers': one at which a
 * statement fails is left out, and harms no other. Rejects where the store cannot be read.
 */
export async function matchFilters(
  run: RunStatement,
  filters: readonly EventFilter[],
  stretch: Stretch,
): Promise<Matches> {
  const verdicts = new Map<EventFilter, ReadonlySet<number>>();
  for (const some of portions(filters, stretch.upTo - stretch.after))
    await judgeTogether(run, some, { stretch, verdicts });
  return verdicts;
}

function portions(filters: readonly EventFilter[], events: number): EventFilter[][] {
  const most = Math.min(VALUES_AT_ONCE, WORK_AT_ONCE / events);
  const all: EventFilter[][] = [];
  let left = 0;
  for (const filter of filters) {
    const values = 1 + (filter.condition?.values.length ?? 0);
    const last = all.at(-1);
    if (last === undefined || values > left || last.length === FILTERS_AT_ONCE) {
      all.push([filter]);
      left = most - values;
    } else {
      last.push(filter);
      left -= values;
    }
  }
  return all;
}

async function judgeTogether(
  run: RunStatement,
  filters: readonly EventFilter[],
  to: { readonly stretch: Stretch; readonly verdicts: Map<EventFilter, ReadonlySet<number>> },
): Promise<void> {
  try {
    const positions = await matchingPositions(run, filters, to.stretch);
    filters.forEach((filter, index) => to.verdicts.set(filter, new Set(positions[index])));
  } catch (error) {
    if (!isAtFault(error)) throw error;
    if (filters.length === 1) return;
    const half = filters.length >> 1;
    await judgeTogether(run, filters.slice(0, half), to);
    await judgeTogether(run, filters.slice(half), to);
  }
}

/** Whether a filter's own statement is at fault, rather than Postgres being away or busy. */
export function isAtFault(error: unknown): boolean {
  return isStatementFault(error instanceof DeadlineError ? error.cause : error);
}
