import { sql } from '../database/sql.ts';
import type { PrismaClient } from '../database/generated/client.ts';
import type { IngestSeverity, IngestStatus } from '../database/generated/enums.ts';
import { dayOf } from '../time/day.ts';
import { found } from './lookups.ts';
import type { RunStatement } from '../database/statements.ts';

/** What one source has published. Days are YYYY-MM-DD, languages BCP 47. */
export interface SourceStatus {
  readonly name: string;
  readonly digests: number;
  /** Distinct days. */
  readonly days: number;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  readonly languages: readonly string[];
  /** Digests without AI text. */
  readonly rawListings: number;
  readonly entries: number;
}

/** One attempt to take in one file. */
export interface RunStatus {
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly status: IngestStatus;
  /** File name or URL, without folders, credentials or query. */
  readonly origin: string | null;
  /** Null where no digest was stored, or it was removed since. */
  readonly digest: {
    readonly source: string;
    readonly date: string;
    readonly language: string | null;
    readonly revision: number;
  } | null;
  readonly entries: number;
  readonly papersAdded: number;
  readonly rejected: number;
  /** All of them; `problems` has the first `PROBLEMS`. */
  readonly problemCount: number;
  readonly problems: readonly {
    readonly severity: IngestSeverity;
    readonly line: number | null;
    readonly arxivId: string | null;
    readonly message: string;
  }[];
}

/** Counts of the store as a whole. */
interface StoreTotals {
  readonly papers: number;
  readonly authors: number;
  readonly digests: number;
  /** Of the digests as they are now. */
  readonly entries: number;
  readonly days: number;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  /** Events that the feed can still send. */
  readonly events: number;
  /** Of the whole database, in bytes. */
  readonly sizeBytes: number;
  /** The version of Postgres, such as `18.4`. */
  readonly postgres: string;
  /** The latest migration. */
  readonly migration: string | null;
}

/** What is stored. */
export interface StoreStatus extends StoreTotals {
  readonly languages: readonly { readonly language: string | null; readonly digests: number }[];
  /** By name. */
  readonly sources: readonly SourceStatus[];
  /** The last `RUNS` of them, newest first. */
  readonly runs: readonly RunStatus[];
}

const RUNS = 10;
const PROBLEMS = 5;

/** Reads what is stored. The parts are read one after the other: an ingest in between may show in the later ones only. */
export async function storeStatus(run: RunStatement, prisma: PrismaClient): Promise<StoreStatus> {
  return {
    ...(await totals(run)),
    languages: await run({ name: 'statusLanguages', sql: LANGUAGES }),
    sources: await run({ name: 'statusSources', sql: SOURCES }),
    runs: await lastRuns(prisma),
  };
}

const TOTALS = sql`
  select (select count(*) from paper) as papers, (select count(*) from author) as authors,
    count(*) as digests, coalesce(sum(d.entry_count), 0)::bigint as entries,
    count(distinct d.date) as days, min(d.date) as "firstDay", max(d.date) as "lastDay",
    (select count(*) from feed_event e, feed f where e.position > f.floor) as events,
    pg_database_size(current_database()) as "sizeBytes",
    split_part(current_setting('server_version'), ' ', 1) as postgres,
    (select max(migration_name) from _prisma_migrations where finished_at is not null) as migration
  from digest d`;

const LANGUAGES = sql`
  select language, count(*) as digests from digest group by language order by count(*) desc, language`;

const SOURCES = sql`
  select s.name, count(d.id) as digests, count(distinct d.date) as days,
    min(d.date) as "firstDay", max(d.date) as "lastDay",
    coalesce(array_agg(distinct d.language) filter (where d.language is not null), '{}') as languages,
    count(d.id) filter (where d.language is null) as "rawListings",
    coalesce(sum(d.entry_count), 0)::bigint as entries
  from source s left join digest d on d.source_id = s.id
  group by s.id order by s.name collate "C"`;

async function totals(run: RunStatement): Promise<StoreTotals> {
  const [row] = await run<StoreTotals>({ name: 'statusTotals', sql: TOTALS });
  return found(row ?? null);
}

async function lastRuns(prisma: PrismaClient): Promise<RunStatus[]> {
  const runs = await prisma.ingestRun.findMany({
    take: RUNS,
    orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
    include: {
      digest: { include: { source: true } },
      problems: { take: PROBLEMS, orderBy: { position: 'asc' } },
      _count: { select: { problems: true } },
    },
  });
  return runs.map(({ digest, problems, _count, ...each }) => ({
    startedAt: each.startedAt,
    durationMs: each.durationMs,
    status: each.status,
    origin: each.origin,
    digest: digest && {
      source: digest.source.name,
      date: dayOf(digest.date),
      language: digest.language,
      revision: digest.revision,
    },
    entries: each.entries,
    papersAdded: each.papersAdded,
    rejected: each.rejected,
    problemCount: _count.problems,
    problems: problems.map(({ severity, line, arxivId, message }) => ({ severity, line, arxivId, message })),
  }));
}
