import { Prisma } from '../database/generated/client.ts';
import type { ListField } from './pages.ts';
import { ingestRunColumns, type IngestProblemRow, type IngestRunRow } from './rows.ts';

/** `Query.ingestRuns`, newest first. */
export const ingestRuns: ListField<object, IngestRunRow> = {
  name: 'Query.ingestRuns',
  list: () => ({
    columns: ingestRunColumns,
    from: Prisma.sql`ingest_run r`,
    where: Prisma.sql`true`,
    order: [
      { sql: Prisma.sql`r.started_at`, type: 'timestamptz', descending: true },
      { sql: Prisma.sql`r.id`, type: 'uuid', descending: true },
    ],
    filtered: false,
  }),
};

/** `IngestRun.problems`, in the file's order. */
export const problemsOfRun: ListField<object, IngestProblemRow> = {
  name: 'IngestRun.problems',
  list: () => ({
    columns: Prisma.sql`b.severity, b.line, b.arxiv_id as "arxivId", b.message`,
    from: Prisma.sql`ingest_problem b`,
    where: Prisma.sql`b.run_id = parent.id`,
    order: [{ sql: Prisma.sql`b.position`, type: 'int', descending: false }],
    filtered: false,
  }),
};
