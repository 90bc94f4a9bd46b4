import type { Sql } from '../database/sql.ts';
import { digestFilter, type DigestFilter } from '../reads/filters/digest-filter.ts';
import { EVENTS } from '../reads/filters/filter-subject.ts';
import { InputError } from '../errors/input-error.ts';
import { paperFilter, type PaperFilter } from '../reads/filters/paper-filter.ts';
import { searchCompiler } from '../reads/filters/compile-search.ts';
import type { RunStatement } from '../database/statements.ts';
import type { DigestEventKind, PaperEventKind, Topic } from '../events/event.ts';

/** Which events a caller wants. */
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

/** A choice, compiled. */
export interface EventFilter {
  /** Equal for choices that mean the same events. */
  readonly key: string;
  readonly topic: Topic;
  readonly kinds: ReadonlySet<string>;
  /** SQL over the event d and its vector in t; undefined where topic and kinds say all. */
  readonly condition: Sql | undefined;
}

/** Compiles a choice. Rejects with InputError as filters of lists do. */
export async function compileChoice(run: RunStatement, choice: EventChoice): Promise<EventFilter> {
  const { topic, kinds } = choice;
  const condition =
    choice.topic === 'PAPER'
      ? (await paperFilter(choice.filter, EVENTS, searchCompiler(run))).condition
      : digestFilter(choice.filter, EVENTS);
  return {
    key: JSON.stringify([topic, [...new Set(kinds)].toSorted(), canonical(choice.filter)]),
    topic,
    kinds: new Set(kinds),
    condition,
  };
}

/** The value with the keys of its objects in order and without those that say nothing. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, each]) => each !== null && each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, canonical(each)]);
}

/** Most events of a batch. */
const MOST = 100;

/** Checks the size of a batch. Throws InputError below 1 and above 100. */
export function checkFirst(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= MOST) return first;
  throw new InputError(['first'], `first: expected 1 to ${MOST}, got ${first}`);
}
