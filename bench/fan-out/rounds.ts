import { median } from '../support/statistics.ts';

/** Columns of the table of times, in milliseconds unless they are ratios. */
export const TIMES = [
  'bytes',
  'last after COMMIT',
  'last after start of ingest',
  'first to last',
  'CPU',
  'bare ws: last',
  'bare ws: first to last',
  'bare ws: CPU',
  'ratio: last',
  'ratio: first to last',
  'ratio: CPU',
];

/** What one round took in ms, in the order of TIMES. */
export type Round = readonly [
  last: number,
  withIngest: number,
  spread: number,
  cpu: number,
  bareLast: number,
  bareSpread: number,
  bareCpu: number,
];

/** A row of the table of times, and the ratio of its times to the last socket. */
export interface Compared {
  readonly cells: readonly string[];
  readonly ratio: number;
}

/** The medians of all rounds. */
export function compared(bytes: number, rounds: readonly Round[]): Compared {
  const of = (column: keyof Round & number): number => median(rounds.map((round) => Number(round[column])));
  const times = [of(0), of(1), of(2), of(3), of(4), of(5), of(6)];
  const ratio = of(0) / of(4);
  const ratios = [ratio, of(2) / of(5), of(3) / of(6)];
  const cells = [...times.map((time) => time.toFixed(0)), ...ratios.map((each) => each.toFixed(2))];
  return { cells: [String(bytes), ...cells], ratio };
}
