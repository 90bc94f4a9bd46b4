import type { IngestReport, Run } from './report.ts';
import type { Transaction } from '../../database/transaction.ts';

/** Whether a transaction that recorded the run was committed. */
export async function isRecorded(tx: Transaction, { id }: Run): Promise<boolean> {
  return (await tx.execute`select 1 from ingest_run where id = ${id}::uuid`) === 1;
}

/**
 * Records the run and its problems. Does nothing if an earlier attempt, whose connection broke, has done so.
 */
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
    insert into ingest_run (id, started_at, origin, status, digest_id, duration_ms,
      entries, papers_added, papers_revised, summaries_added, unchanged, rejected)
    values (${run.id}, ${run.startedAt}, ${origin}, ${status}, ${digestId}, ${durationMs},
      ${entries}, ${papersAdded}, ${papersRevised}, ${summariesAdded}, ${unchanged}, ${rejected})
    on conflict (id) do nothing`;
  if (recorded === 0) return;
  await tx.execute`
    insert into ingest_problem (run_id, position, severity, line, arxiv_id, message)
    select ${run.id}, position, severity, line, "arxivId", message
    from rows from (jsonb_to_recordset(${JSON.stringify(report.problems)}::text::jsonb)
      as (severity ingest_severity, line int, "arxivId" text, message text))
      with ordinality as t(severity, line, "arxivId", message, position)`;
}
