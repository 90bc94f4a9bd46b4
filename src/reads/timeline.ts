import { shiftDay } from '../time/day.ts';
import type { DateRange } from './filters/conditions.ts';
import { InputError } from '../errors/input-error.ts';

/** Length of a bucket; weeks start on Monday. */
export type Interval = 'DAY' | 'WEEK' | 'MONTH';

/** Number of papers of a day, week or month. */
export interface Bucket {
  /** First day, YYYY-MM-DD. */
  readonly start: string;
  readonly count: number;
}

/** Most buckets of a timeline. */
export const MAX_BUCKETS = 1_000;

/** Arguments of a timeline. */
export interface Timeline {
  readonly interval: Interval;
  /** Defaults to the first and the last day that a paper has. */
  readonly dates: DateRange | undefined;
  /** Whether the caller chose the dates for the timeline; otherwise they are those of its filter. */
  readonly explicit: boolean;
}

/**
 * All buckets between the dates; those without papers are 0. An open end is the first or last day that has a
 * count. Above 1,000 buckets, returns the latest 1,000, or throws InputError if the caller chose both ends.
 */
export function inBuckets(
  counts: readonly { readonly value: string; readonly count: number }[],
  { interval, dates, explicit }: Timeline,
): Bucket[] {
  const known = new Map(counts.map(({ value, count }) => [value, count]));
  const starts = [...known.keys()].toSorted();
  const [first, last] = [dates?.from ?? starts[0], dates?.to ?? starts.at(-1)];
  if (first === undefined || last === undefined) return [];
  const buckets: Bucket[] = [];
  for (
    let start = startOf(last, interval);
    start >= startOf(first, interval);
    start = startOf(dayBefore(start), interval)
  ) {
    if (buckets.length === MAX_BUCKETS) {
      if (explicit && dates?.from && dates.to) throw tooMany(interval);
      break;
    }
    buckets.push({ start, count: known.get(start) ?? 0 });
  }
  return buckets.toReversed();
}

function tooMany(interval: Interval): InputError {
  return new InputError(
    ['timeline', 'dates'],
    `timeline: expected dates of at most ${MAX_BUCKETS} buckets, got more of a ${interval}`,
  );
}

function startOf(day: string, interval: Interval): string {
  if (interval === 'DAY') return day;
  if (interval === 'MONTH') return `${day.slice(0, 7)}-01`;
  const date = new Date(`${day}T00:00:00Z`);
  return shiftDay(day, -((date.getUTCDay() + 6) % 7));
}

function dayBefore(day: string): string {
  return shiftDay(day, -1);
}
