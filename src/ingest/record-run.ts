import type { IngestStatus } from '../database/generated/enums.ts';
import type { DigestFile } from '../sources/digest-file.ts';
import type { IngestReport, Problem } from './report.ts';
import type { Transaction } from '../database/transaction.ts';

/** One attempt to take in one file. */
export interface Run {
  /** UUID; a retry keeps it. */
  readonly id: string;
  readonly startedAt: Date;
  readonly now: () => Date;
}

/** The counts that the staged rows give. */
export type Counted = Pick<
  IngestReport,
  | 'papers'
  | 'authors'
  | 'categories'
  | 'papersAdded'
  | 'papersRevised'
  | 'summariesAdded'
  | 'changed'
  | 'unchanged'
>;

/** Counts what the file holds and, unless it was `unchanged` as a whole, what it did to the store. */
export async function tally(tx: Transaction, unchanged: boolean): Promise<Counted> {
  const held = await countHeld(tx);
  const { entries, counts } = held;
  if (unchanged) return { ...counts, ...NOTHING_DONE, unchanged: entries };
  const { unchanged: same, ...done } = await countDone(tx);
  return { ...counts, ...done, changed: entries - same, unchanged: same };
}

const NOTHING_DONE = { papersAdded: 0, papersRevised: 0, summariesAdded: 0, changed: 0, unchanged: 0 };

async function countHeld(tx: Transaction) {
  const [held] = await tx.query<{ entries: number; papers: number; authors: number }>`
    select count(*)::int as entries, count(distinct arxiv_id)::int as papers,
      (select count(distinct name)::int from staged, jsonb_array_elements_text(statement->'authors') name
        where name ~ '\\S') as authors
    from staged`;
  const sections = await tx.query<{ code: string; entries: number }>`
    select section as code, count(*)::int as entries from staged where section is not null
    group by section order by min(ordinal)`;
  const categories = Object.fromEntries(sections.map(({ code, entries }) => [code, entries]));
  const { entries = 0, papers = 0, authors = 0 } = held ?? {};
  return { entries, counts: { papers, authors, categories } };
}

async function countDone(tx: Transaction) {
  const [done] = await tx.query<{
    papersAdded: number;
    papersRevised: number;
    summariesAdded: number;
    unchanged: number;
  }>`
    select (select count(*)::int from affected where added) as "papersAdded",
      (select count(*)::int from affected where revised) as "papersRevised",
      count(*) filter (where s.added and s.status in ('COMPLETE', 'PARTIAL'))::int as "summariesAdded",
      count(*) filter (where not (s.changed or a.added or a.revised))::int as unchanged
    from staged s join affected a using (paper_id)`;
  if (done === undefined) throw new Error('an aggregate gives one row');
  return done;
}

/** The report of a file of which nothing is stored. */
export function nothingStored(what: {
  file: DigestFile;
  run: Run;
  status: IngestStatus;
  problems: readonly Problem[];
  rejected: number;
}): IngestReport {
  const { file, run, status, problems, rejected } = what;
  return {
    origin: file.origin,
    status,
    digest: null,
    entries: 0,
    papers: 0,
    authors: 0,
    categories: {},
    ...NOTHING_DONE,
    rejected,
    problems,
    durationMs: Math.max(0, run.now().getTime() - run.startedAt.getTime()),
  };
}

/** Whether the store has the run: a commit that was cut off may have gone through. */
export async function isRecorded(tx: Transaction, { id }: Run): Promise<boolean> {
  return (await tx.execute`select 1 from ingest_run where id = ${id}::uuid`) === 1;
}

/** Puts the run and its problems into the store, unless a commit that was cut off has done so. */
export async function recordRun(
  tx: Transaction,
  run: Run,
  { report, digestId }: { report: IngestReport; digestId: number | null },
): Promise<void> {
  const {
    origin,
    status,
    durationMs,
    entries,
    papersAdded,
    papersRevised,
    summariesAdded,
    unchanged,
    rejected,
  } = report;
  const recorded = await tx.execute`
    insert into ingest_run (id, started_at, origin, status, digest_id, duration_ms, entries, papers_added, papers_revised,
      summaries_added, unchanged, rejected)
    values (${run.id}, ${run.startedAt}, ${origin}, ${status}, ${digestId}, ${durationMs}, ${entries}, ${papersAdded},
      ${papersRevised}, ${summariesAdded}, ${unchanged}, ${rejected})
    on conflict (id) do nothing`;
  if (recorded === 0) return;
  await tx.execute`
    insert into ingest_problem (run_id, position, severity, line, arxiv_id, message)
    select ${run.id}, position, severity, line, "arxivId", message
    from rows from (jsonb_to_recordset(${JSON.stringify(report.problems)}::text::jsonb)
      as (severity ingest_severity, line int, "arxivId" text, message text))
      with ordinality as t(severity, line, "arxivId", message, position)`;
}
