import { resolveCategory } from '../arxiv/categories.ts';
import { Prisma } from '../database/generated/client.ts';
import { asked, hasLanguage, isWithin, type DateRange } from './filter-values.ts';
import type { Order } from './order.ts';
import type { ListQuery } from './page.ts';
import { digestColumns, entryColumns, problemColumns, runColumns, summaryColumns } from './rows.ts';

/** `DigestFilter` of the schema. */
export interface DigestFilter {
  readonly dates?: DateRange | null | undefined;
  readonly languages?: readonly string[] | null | undefined;
  readonly sources?: readonly string[] | null | undefined;
  readonly raw?: boolean | null | undefined;
}

type DigestOrder = 'NEWEST' | 'OLDEST';

/** All digests. Throws InputError where the filter is too large or cannot be. */
export function allDigests(order: DigestOrder, filter: DigestFilter | null | undefined): ListQuery {
  const conditions = digestConditions(filter ?? {});
  return {
    name: 'digests',
    columns: digestColumns,
    from: Prisma.sql`digest d join source s on s.id = d.source_id where ${all(conditions)}`,
    ...byDay(order),
    prepare: conditions.length === 0,
  };
}

/** Digests of the source `parent`. Throws as `allDigests` does. */
export function digestsOfSource(order: DigestOrder, filter: DigestFilter | null | undefined): ListQuery {
  const conditions = digestConditions(filter ?? {});
  return {
    name: 'digests_of_sources',
    columns: digestColumns,
    from: Prisma.sql`digest d join source s on s.id = d.source_id where d.source_id = parent.id and ${all(conditions)}`,
    ...byDay(order),
    prepare: conditions.length === 0,
  };
}

/** Digests that print the paper `parent`, each once, newest first. */
export const digestsOfPaper: ListQuery = {
  name: 'digests_of_papers',
  columns: digestColumns,
  from: Prisma.sql`digest d join source s on s.id = d.source_id where exists (
    select 1 from digest_entry e where e.digest_id = d.id and e.paper_id = parent.id and e.current)`,
  ...byDay('NEWEST'),
};

function byDay(order: DigestOrder): Pick<ListQuery, 'orderName' | 'order'> {
  return {
    orderName: order,
    order: [
      { sql: Prisma.sql`d.date`, type: 'date', descending: order === 'NEWEST' },
      { sql: Prisma.sql`s.name collate "C"`, type: 'text' },
      { sql: Prisma.sql`coalesce(d.language, '')`, type: 'text' },
    ],
  };
}

function digestConditions({ dates, languages, sources, raw }: DigestFilter): Prisma.Sql[] {
  const named = asked(['filter', 'languages'], languages);
  const published = asked(['filter', 'sources'], sources);
  return [
    dates ? isWithin(['filter', 'dates'], dates) : undefined,
    named && hasLanguage(named),
    published && Prisma.sql`s.name = any(${published}::text[])`,
    typeof raw === 'boolean' ? Prisma.sql`(d.language is null) = ${raw}` : undefined,
  ].filter((condition) => condition !== undefined);
}

function all(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return Prisma.join([Prisma.sql`true`, ...conditions], ' and ');
}

const inDigest: Order = [{ sql: Prisma.sql`e.position`, type: 'int' }];

/** Entries of the digest `parent` in its order, of one section where `category` names one. */
export function entriesOfDigest(category: string | null | undefined): ListQuery {
  const section =
    typeof category === 'string'
      ? Prisma.sql`and e.section_id = (select id from category where code = ${resolveCategory(category)})`
      : Prisma.empty;
  return {
    name: typeof category === 'string' ? 'entries_of_digest_sections' : 'entries_of_digests',
    columns: entryColumns,
    from: Prisma.sql`digest_entry e where e.digest_id = parent.id and e.current ${section}`,
    orderName: 'POSITION',
    order: inDigest,
  };
}

/** Current entries of the paper `parent`, newest first. */
export const entriesOfPaper: ListQuery = {
  name: 'entries_of_papers',
  columns: entryColumns,
  from: Prisma.sql`digest_entry e join digest d on d.id = e.digest_id where e.paper_id = parent.id and e.current`,
  orderName: 'NEWEST',
  order: [
    { sql: Prisma.sql`d.date`, type: 'date', descending: true },
    { sql: Prisma.sql`e.ingested_at`, type: 'timestamptz', descending: true },
    { sql: Prisma.sql`e.id`, type: 'int', descending: true },
  ],
};

/** Whose summaries: of digests in these languages and of these sources; all where undefined. */
export interface SummaryFilter {
  readonly languages?: readonly string[] | null | undefined;
  readonly sources?: readonly string[] | null | undefined;
}

/** Every summary of the paper `parent` ever published, newest first. Throws InputError where the filter is too large. */
export function summariesOfPaper(filter: SummaryFilter): ListQuery {
  const condition = summaryCondition(filter);
  return {
    name: 'summaries_of_papers',
    columns: summaryColumns,
    from: Prisma.sql`summary m join digest_entry e on e.id = m.entry_id join digest d on d.id = e.digest_id
      where m.paper_id = parent.id and ${condition}`,
    orderName: 'NEWEST',
    order: entriesOfPaper.order,
    prepare: false,
  };
}

/** The condition on `digest d` that a summary filter asks; "*" is any language. Throws InputError. */
export function summaryCondition({ languages, sources }: SummaryFilter): Prisma.Sql {
  const named = asked(['languages'], languages);
  const published = asked(['sources'], sources);
  const conditions = [
    named && !named.includes('*') ? hasLanguage(named) : undefined,
    published &&
      Prisma.sql`exists (select 1 from source s where s.id = d.source_id and s.name = any(${published}::text[]))`,
  ];
  return all(conditions.filter((condition) => condition !== undefined));
}

/** All ingest runs, newest first. */
export const allRuns: ListQuery = {
  name: 'ingest_runs',
  columns: runColumns,
  from: Prisma.sql`ingest_run r where true`,
  orderName: 'NEWEST',
  order: [
    { sql: Prisma.sql`r.started_at`, type: 'timestamptz', descending: true },
    { sql: Prisma.sql`r.id`, type: 'uuid', descending: true },
  ],
};

/** Problems of the run `parent`, in file order. */
export const problemsOfRun: ListQuery = {
  name: 'ingest_problems',
  columns: problemColumns,
  from: Prisma.sql`ingest_problem b where b.run_id = parent.id`,
  orderName: 'POSITION',
  order: [{ sql: Prisma.sql`b.position`, type: 'int' }],
  parentType: 'uuid',
};
