import type { RunStatement } from '../database/statements.ts';
import { InputError } from '../errors/input-error.ts';
import type { DigestEventKind, PaperEventKind } from '../events/event.ts';
import type { EventFilter } from '../events/event-filter.ts';
import { ReadCache } from '../reads/cache/read-cache.ts';
import { searchCompiler } from '../reads/filters/compile-search.ts';
import { digestFilter, type DigestFilter } from '../reads/filters/digest-filter.ts';
import { EVENTS } from '../reads/filters/filter-subject.ts';
import { paperFilter, type PaperFilter } from '../reads/filters/paper-filter.ts';

/** The events that a caller selects: the arguments of the API. */
export type EventChoice =
  | {
      readonly topic: 'PAPER';
      readonly kinds: readonly PaperEventKind[];
      readonly filter?: PaperFilter | null | undefined;
    }
  | {
      readonly topic: 'DIGEST';
      readonly kinds: readonly DigestEventKind[];
      readonly filter?: DigestFilter | null | undefined;
    };

/** Compiles a choice to SQL. Rejects with InputError for the same mistakes as the filters of lists. */
export async function compileChoice(run: RunStatement, choice: EventChoice): Promise<EventFilter> {
  const { topic, kinds } = choice;
  const condition =
    choice.topic === 'PAPER'
      ? (await paperFilter(choice.filter, EVENTS, searchCompiler({ run, cache: new ReadCache() }))).condition
      : digestFilter(choice.filter, EVENTS);
  return {
    key: JSON.stringify([topic, [...new Set(kinds)].toSorted(), canonical(choice.filter)]),
    topic,
    kinds: new Set(kinds),
    condition,
  };
}

/** Sorts the keys of objects and drops absent ones, so that inputs that mean the same have the same JSON. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, each]) => each !== null && each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, canonical(each)]);
}

/** The largest number of events in a batch. */
export const LARGEST_BATCH = 100;

/** Returns the size of a batch, in events. Throws InputError unless it is 1 to 100. */
export function checkFirst(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= LARGEST_BATCH) return first;
  throw new InputError(['first'], `first: expected 1 to ${LARGEST_BATCH}, got ${first}`);
}
