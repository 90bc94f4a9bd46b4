import { shiftDay } from '../time/day.ts';
import type { DateRange } from './filters/conditions.ts';
import { InputError } from '../errors/input-error.ts';

/** How long a bucket of a timeline is; a week starts on Monday. */
export type Interval = 'DAY' | 'WEEK' | 'MONTH';

/** The papers of a day, week or month. */
export interface Bucket {
  /** Its first day, YYYY-MM-DD. */
  readonly start: string;
  readonly count: number;
}

const MOST_BUCKETS = 1_000;

/** Which timeline. */
export interface Timeline {
  readonly interval: Interval;
  /** Absent: from the first to the last day that a paper has. */
  readonly dates: DateRange | undefined;
  /** The caller named the dates for the timeline itself. */
  readonly explicit: boolean;
}

/**
 * All buckets from the first to the last day of the dates, an open end being where the counts end; those without papers
 * are 0. More than 1,000: throws InputError where both ends are the caller's own, else gives the latest 1,000.
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
    if (buckets.length === MOST_BUCKETS) {
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
    `timeline: expected dates of at most ${MOST_BUCKETS} buckets, got more of a ${interval}`,
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
