import DataLoader from 'dataloader';
import { Prisma } from '../database/generated/client.ts';
import {
  authorColumns,
  categoryColumns,
  digestColumns,
  entryColumns,
  paperColumns,
  runColumns,
  sourceColumns,
  summaryColumns,
  type AuthorRow,
  type CategoryRow,
  type DigestRow,
  type EntryRow,
  type PaperRow,
  type RunRow,
  type SourceRow,
  type SummaryRow,
} from './rows.ts';
import type { Statements } from './statements.ts';

/** A loader of single things: null where there is none. */
export type Finder<Key, Row> = DataLoader<Key, Row | null>;

/** Single things by natural key and by row id, each kind in one statement however many are asked for at once. */
export function finders(statements: Statements) {
  const find = <Key extends string | number, Row extends object>(
    name: string,
    sql: (keys: readonly Key[]) => Prisma.Sql,
  ): Finder<Key, Row> =>
    new DataLoader(async (keys: readonly Key[]) => {
      const rows = await statements.run<Row & { $key: Key }>(name, sql(keys));
      const byKey = new Map(rows.map((row) => [row.$key, row]));
      return keys.map((key) => byKey.get(key) ?? null);
    });
  const digests = Prisma.sql`select d.id as "$key", ${digestColumns} from digest d join source s on s.id = d.source_id`;
  const summaries = Prisma.sql`from summary m join digest_entry e on e.id = m.entry_id join digest d on d.id = e.digest_id`;
  return {
    paperByArxivId: find<string, PaperRow>(
      'paper_by_arxiv_id',
      (keys) =>
        Prisma.sql`select p.arxiv_id as "$key", ${paperColumns} from paper p where p.arxiv_id = any(${keys}::text[])`,
    ),
    paperById: find<number, PaperRow>(
      'paper_by_id',
      (keys) =>
        Prisma.sql`select p.id as "$key", ${paperColumns} from paper p where p.id = any(${keys}::int[])`,
    ),
    authorByName: find<string, AuthorRow>(
      'author_by_name',
      (keys) =>
        Prisma.sql`select a.name as "$key", ${authorColumns} from author a where a.name = any(${keys}::text[])`,
    ),
    categoryByCode: find<string, CategoryRow>(
      'category_by_code',
      (keys) =>
        Prisma.sql`select c.code as "$key", ${categoryColumns} from category c where c.code = any(${keys}::text[])`,
    ),
    categoryById: find<number, CategoryRow>(
      'category_by_id',
      (keys) =>
        Prisma.sql`select c.id as "$key", ${categoryColumns} from category c where c.id = any(${keys}::int[])`,
    ),
    sourceByName: find<string, SourceRow>(
      'source_by_name',
      (keys) =>
        Prisma.sql`select s.name as "$key", ${sourceColumns} from source s where s.name = any(${keys}::text[])`,
    ),
    digestById: find<number, DigestRow>(
      'digest_by_id',
      (keys) => Prisma.sql`${digests} where d.id = any(${keys}::int[])`,
    ),
    digestByKey: find<string, DigestRow>(
      'digest_by_key',
      (keys) => Prisma.sql`select k.key as "$key", ${digestColumns}
        from (select key, key::jsonb->>0 as source, (key::jsonb->>1)::date as date, key::jsonb->>2 as language
          from unnest(${keys}::text[]) key) k
        join source s on s.name = k.source
        join digest d on d.source_id = s.id and d.date = k.date and d.language is not distinct from k.language`,
    ),
    entryByKey: find<string, EntryRow>(
      'entry_by_key',
      (keys) =>
        Prisma.sql`select e.key as "$key", ${entryColumns} from digest_entry e where e.key = any(${keys}::text[])`,
    ),
    entryById: find<number, EntryRow>(
      'entry_by_id',
      (keys) =>
        Prisma.sql`select e.id as "$key", ${entryColumns} from digest_entry e where e.id = any(${keys}::int[])`,
    ),
    summaryByKey: find<string, SummaryRow>(
      'summary_by_key',
      (keys) =>
        Prisma.sql`select e.key as "$key", ${summaryColumns} ${summaries} where e.key = any(${keys}::text[])`,
    ),
    summaryByEntry: find<number, SummaryRow>(
      'summary_by_entry',
      (keys) =>
        Prisma.sql`select m.entry_id as "$key", ${summaryColumns} ${summaries} where m.entry_id = any(${keys}::int[])`,
    ),
    runById: find<string, RunRow>(
      'run_by_id',
      (keys) =>
        Prisma.sql`select r.id as "$key", ${runColumns} from ingest_run r where r.id = any(${keys}::text[]::uuid[])`,
    ),
  };
}

/** The text by which `digestByKey` knows a digest. */
export function digestKey(source: string, date: string, language: string | null): string {
  return JSON.stringify([source, date, language]);
}
