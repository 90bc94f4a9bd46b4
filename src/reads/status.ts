import type { PrismaClient } from '../database/generated/client.ts';
import type { IngestSeverity, IngestStatus } from '../database/generated/enums.ts';
import { dayOf } from '../time/day.ts';

/** Counts of some digests. Days are YYYY-MM-DD, languages BCP 47. */
interface DigestTotals {
  readonly digests: number;
  /** Current entries. */
  readonly entries: number;
  /** Distinct days. */
  readonly days: number;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
}

/** The digests of one source. */
export interface SourceStatus extends DigestTotals {
  readonly name: string;
  readonly languages: readonly string[];
  /** Digests without AI text. */
  readonly rawListings: number;
}

/** An attempt to ingest one file. */
export interface RunStatus {
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly status: IngestStatus;
  /** File name or URL, without folders, credentials or query. */
  readonly origin: string | null;
  /** Null if no digest was stored, or if it has been removed since. */
  readonly digest: {
    readonly source: string;
    readonly date: string;
    readonly language: string | null;
    readonly revision: number;
  } | null;
  readonly entries: number;
  readonly papersAdded: number;
  readonly rejected: number;
  /** Number of all problems; `problems` has the first five. */
  readonly problemCount: number;
  readonly problems: readonly {
    readonly severity: IngestSeverity;
    readonly line: number | null;
    readonly arxivId: string | null;
    readonly message: string;
  }[];
}

/** Facts about the database that has the store. */
interface DatabaseFacts {
  /** Size of the whole database, in bytes. */
  readonly sizeBytes: number;
  /** Version of Postgres, such as `18.4`. */
  readonly postgres: string;
  /** Name of the latest migration. */
  readonly migration: string | null;
}

/** The contents of a store. */
export interface StoreStatus extends DigestTotals, DatabaseFacts {
  readonly papers: number;
  readonly authors: number;
  /** Most digests first, then by tag; null is raw listings, last among equals. */
  readonly languages: readonly { readonly language: string | null; readonly digests: number }[];
  /** By name. */
  readonly sources: readonly SourceStatus[];
  /** The last ten runs, newest first. */
  readonly runs: readonly RunStatus[];
  readonly feed: {
    /** Changes if history may have been lost; cursors are bound to it. */
    readonly epoch: string;
    /** The latest position; 0 in an empty feed. */
    readonly head: number;
    /** Number of events that the feed can still send. */
    readonly events: number;
  };
}

const RUNS = 10;
const PROBLEMS = 5;

/** Reads the status of a store, part by part: during an ingest, later parts may already show its changes. */
export async function storeStatus(prisma: PrismaClient): Promise<StoreStatus> {
  const sources = await prisma.source.findMany({
    select: { name: true, digests: { select: { date: true, language: true, entryCount: true } } },
  });
  const digests = sources.flatMap((source) => source.digests);
  return {
    papers: await prisma.paper.count(),
    authors: await prisma.author.count(),
    ...totalsOf(digests),
    languages: digestsByLanguage(digests),
    sources: sources.map(sourceStatus).toSorted((a, b) => compare(a.name, b.name)),
    runs: await lastRuns(prisma),
    feed: await feedStatus(prisma),
    ...(await databaseFacts(prisma)),
  };
}

interface Digest {
  readonly date: Date;
  readonly language: string | null;
  readonly entryCount: number;
}

function totalsOf(digests: readonly Digest[]): DigestTotals {
  const days = [...new Set(digests.map(({ date }) => dayOf(date)))].toSorted();
  return {
    digests: digests.length,
    entries: digests.reduce((sum, { entryCount }) => sum + entryCount, 0),
    days: days.length,
    firstDay: days[0] ?? null,
    lastDay: days.at(-1) ?? null,
  };
}

/** Compares greater than every tag. */
const AFTER_TAGS = '~';

function digestsByLanguage(digests: readonly Digest[]): StoreStatus['languages'] {
  const counts = new Map<string | null, number>();
  for (const { language } of digests) counts.set(language, (counts.get(language) ?? 0) + 1);
  return Array.from(counts, ([language, count]) => ({ language, digests: count })).toSorted(
    (a, b) => b.digests - a.digests || compare(a.language ?? AFTER_TAGS, b.language ?? AFTER_TAGS),
  );
}

function sourceStatus({ name, digests }: { name: string; digests: readonly Digest[] }): SourceStatus {
  const tags = digests.map(({ language }) => language).filter((language) => language !== null);
  return {
    name,
    ...totalsOf(digests),
    languages: [...new Set(tags)].toSorted(),
    rawListings: digests.length - tags.length,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

async function feedStatus(prisma: PrismaClient): Promise<StoreStatus['feed']> {
  const { epoch, head, floor } = await prisma.feed.findUniqueOrThrow({ where: { id: 1 } });
  const events = await prisma.feedEvent.count({ where: { position: { gt: floor } } });
  return { epoch, head: Number(head), events };
}

async function databaseFacts(prisma: PrismaClient): Promise<DatabaseFacts> {
  const [facts] = await prisma.$queryRaw<[DatabaseFacts]>`
    select pg_database_size(current_database())::float8 as "sizeBytes",
      split_part(current_setting('server_version'), ' ', 1) as postgres,
      (select max(migration_name) from _prisma_migrations where finished_at is not null) as migration`;
  return facts;
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
