import type { RunStatus, SourceStatus, StoreStatus } from '../reads/status.ts';
import { describeProblem } from './describe-report.ts';
import { printable } from './printable.ts';
import { readableTime } from './time.ts';

/** The output of `papergraph status --json`. */
export interface Status extends Omit<StoreStatus, 'feed' | 'postgres' | 'migration'> {
  readonly versions: {
    readonly papergraph: string;
    readonly postgres: string;
    /** Name of the latest migration. */
    readonly migration: string | null;
  };
  /** Location of the store, without credentials. */
  readonly database: string;
  readonly feed: Omit<StoreStatus['feed'], 'epoch'> & {
    /** The cursor of the head, for `papergraph tail --after`. */
    readonly cursor: string;
  };
}

/** The status as several lines of text for a terminal. */
export function describeStatus(status: Status): string {
  const { versions, database, sizeBytes, feed } = status;
  const rows: [name: string, value: string][] = [
    [
      'Version',
      `${versions.papergraph}, Postgres ${versions.postgres}, schema ${versions.migration ?? 'none'}`,
    ],
    ['Store', `${database}, ${megabytes(sizeBytes)}`],
    ['Papers', `${status.papers} by ${count(status.authors, 'author')}`],
    ['Digests', `${status.digests} with ${count(status.entries, 'entry', 'entries')}`],
    ['Days', days(status)],
    [
      'Languages',
      status.languages.map((each) => `${name(each.language)} ${each.digests}`).join(', ') || 'none',
    ],
    ['Feed', `position ${feed.head}, ${count(feed.events, 'event')} kept, cursor ${feed.cursor}`],
  ];
  return [
    ...rows.map(([title, value]) => `${title.padEnd(10)}${value}`),
    ...section('Sources', status.sources.map(describeSource).map(printable)),
    ...section('Last runs', status.runs.flatMap(describeRun)),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return ['', title, ...(lines.length === 0 ? ['  none'] : lines.map((line) => `  ${line}`))];
}

function describeSource(source: SourceStatus): string {
  const { digests, entries, languages, rawListings } = source;
  const kinds = [...languages, ...(rawListings === 0 ? [] : [count(rawListings, 'raw listing')])].join(', ');
  return `${source.name}: ${count(digests, 'digest')} (${kinds}), ${count(entries, 'entry', 'entries')}, ${days(source)}`;
}

function describeRun(run: RunStatus): string[] {
  const { startedAt, digest, entries, papersAdded, rejected, problems, problemCount } = run;
  const what = digest === null ? 'no digest' : `${digest.source} ${digest.date} ${name(digest.language)}`;
  const origin = run.origin ?? 'posted text';
  const counts = `${count(entries, 'entry', 'entries')}, ${count(papersAdded, 'paper')} added, ${rejected} rejected`;
  const more = problemCount - problems.length;
  return [
    `${readableTime(startedAt)}  ${run.status.padEnd(9)}  ${printable(`${origin}: ${what}: ${counts}`)}`,
    ...problems.map((problem) => `    ${printable(describeProblem(origin, problem))}`),
    ...(more === 0 ? [] : [`    and ${count(more, 'more problem')}`]),
  ];
}

function days({
  days: number,
  firstDay,
  lastDay,
}: Pick<SourceStatus, 'days' | 'firstDay' | 'lastDay'>): string {
  if (firstDay === null || lastDay === null) return 'no day';
  return firstDay === lastDay ? firstDay : `${count(number, 'day')} from ${firstDay} to ${lastDay}`;
}

function name(language: string | null): string {
  return language ?? '(raw listing)';
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
