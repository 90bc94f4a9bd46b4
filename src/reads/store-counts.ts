import { countKind } from '../database/model.ts';
import { sql } from '../database/sql.ts';
import type { RunStatement } from '../database/statements.ts';

/** What a store holds, and how full its queue of notifications is. */
export interface StoreCounts {
  readonly papers: number;
  /** Ingest runs by status. */
  readonly ingests: Readonly<Record<string, number>>;
  /** From 0 to 1. When it is full, ingests fail at their commit. */
  readonly notificationQueue: number;
}

/** Reads the counts in one statement. */
export async function storeCounts(run: RunStatement): Promise<StoreCounts> {
  const [row] = await run<StoreCounts>({ name: 'storeCounts', sql: COUNTS });
  if (row === undefined) throw new Error('expected one row');
  return row;
}

const COUNTS = sql`
  select (select coalesce(sum(n.papers), 0)::int from paper_count n where n.kind = ${countKind('PAPER')}) as papers,
    (select coalesce(jsonb_object_agg(r.status, r.runs), '{}')
      from (select status, count(*) as runs from ingest_run group by status) r) as ingests,
    pg_notification_queue_usage() as "notificationQueue"`;
