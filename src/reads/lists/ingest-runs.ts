import { sql } from '../../database/sql.ts';
import type { ListField } from './list-field.ts';
import { ingestRunColumns, type IngestProblemRow, type IngestRunRow } from './rows.ts';

/** `Query.ingestRuns`, newest first. */
export const ingestRuns: ListField<object, IngestRunRow> = {
  name: 'Query.ingestRuns',
  list: () => ({
    columns: ingestRunColumns,
    from: sql`ingest_run r`,
    where: sql`true`,
    order: [
      { expression: sql`r.started_at`, type: 'timestamptz', descending: true },
      { expression: sql`r.id`, type: 'uuid', descending: true },
    ],
    filtered: false,
  }),
};

/** `IngestRun.problems`, in the file's order. */
export const problemsOfRun: ListField<object, IngestProblemRow> = {
  name: 'IngestRun.problems',
  list: () => ({
    columns: sql`b.severity, b.line, b.arxiv_id as "arxivId", b.message`,
    from: sql`ingest_problem b`,
    where: sql`b.run_id = parent.id`,
    order: [{ expression: sql`b.position`, type: 'int', descending: false }],
    filtered: false,
  }),
};
