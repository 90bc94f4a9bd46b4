import { sql, type Sql } from '../database/sql.ts';
import {
  authorColumns,
  categoryColumns,
  digestColumns,
  entryColumns,
  ingestRunColumns,
  paperColumns,
  sourceColumns,
  summaryColumns,
  type AuthorRow,
  type CategoryRow,
  type DigestRow,
  type EntryRow,
  type IngestRunRow,
  type PaperRow,
  type SourceRow,
  type SummaryRow,
} from './lists/rows.ts';
import type { Maybe } from './cache/maybe.ts';
import type { Store } from './cache/store.ts';

/** The natural key of a digest. */
export interface DigestKey {
  readonly source: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** BCP 47; null for a raw listing. */
  readonly language: string | null;
}

/** The abstract of a paper, apart from its other fields. */
export interface PaperAbstract {
  /** Id of the paper. */
  readonly id: number;
  readonly abstract: string;
}

/** The row that a foreign key refers to. Throws if a concurrent removal deleted it between the two reads. */
export function found<Row>(row: Row | null): Row {
  if (row === null) throw new Error('removed while it was being read');
  return row;
}

/** Single rows by a unique key; null if there is none. */
export type Lookups = ReturnType<typeof lookups>;

/** Makes look-ups. Those of one kind are batched into one statement, and each row is read once. */
export function lookups(store: Store) {
  return {
    ...papers(store),
    ...entities(store),
    ...publications(store),
    /** The key is a UUID in lower case. */
    ingestRunById: lookup<IngestRunRow>(store, 'ingestRunById', {
      query: (ids) => sql`select ${ingestRunColumns} from ingest_run r where r.id = any(${ids}::uuid[])`,
      keyOf: (row) => row.id,
    }),
  };
}

function papers(store: Store) {
  const rows = sql`select ${paperColumns} from paper p`;
  return {
    paperById: lookup<PaperRow, number>(store, 'paperById', {
      query: (ids) => sql`${rows} where p.id = any(${ids}::int[])`,
      keyOf: (row) => row.id,
    }),
    paperByArxivId: lookup<PaperRow>(store, 'paperByArxivId', {
      query: (ids) => sql`${rows} where p.arxiv_id = any(${ids}::text[])`,
      keyOf: (row) => row.arxivId,
    }),
    abstractOfPaper: lookup<PaperAbstract, number>(store, 'abstractOfPaper', {
      query: (ids) => sql`select p.id, p.abstract from paper p where p.id = any(${ids}::int[])`,
      keyOf: (row) => row.id,
    }),
  };
}

function entities(store: Store) {
  const categories = sql`select ${categoryColumns} from category c`;
  return {
    authorByName: lookup<AuthorRow>(store, 'authorByName', {
      query: (names) => sql`select ${authorColumns} from author u where u.name = any(${names}::text[])`,
      keyOf: (row) => row.name,
    }),
    authorById: lookup<AuthorRow, number>(store, 'authorById', {
      query: (ids) => sql`select ${authorColumns} from author u where u.id = any(${ids}::int[])`,
      keyOf: (row) => row.id,
    }),
    categoryById: lookup<CategoryRow, number>(store, 'categoryById', {
      query: (ids) => sql`${categories} where c.id = any(${ids}::int[])`,
      keyOf: (row) => row.id,
    }),
    categoryByCode: lookup<CategoryRow>(store, 'categoryByCode', {
      query: (codes) => sql`${categories} where c.code = any(${codes}::text[])`,
      keyOf: (row) => row.code,
    }),
    sourceById: lookup<SourceRow, number>(store, 'sourceById', {
      query: (ids) => sql`select ${sourceColumns} from source s where s.id = any(${ids}::int[])`,
      keyOf: (row) => row.id,
    }),
    sourceByName: lookup<SourceRow>(store, 'sourceByName', {
      query: (names) => sql`select ${sourceColumns} from source s where s.name = any(${names}::text[])`,
      keyOf: (row) => row.name,
    }),
  };
}

function publications(store: Store) {
  const digests = sql`select ${digestColumns} from digest d join source s on s.id = d.source_id`;
  const entries = sql`select ${entryColumns} from digest_entry e`;
  const summaries = sql`select ${summaryColumns}
    from summary m join digest_entry e on e.id = m.entry_id join digest d on d.id = e.digest_id`;
  return {
    digestById: lookup<DigestRow, number>(store, 'digestById', {
      query: (ids) => sql`${digests} where d.id = any(${ids}::int[])`,
      keyOf: (row) => row.id,
    }),
    digestByKey: lookup<DigestRow, DigestKey>(store, 'digestByKey', {
      query: (keys) => sql`${digests} join unnest(${keys.map(({ source }) => source)}::text[],
        ${keys.map(({ date }) => date)}::date[], ${keys.map(({ language }) => language)}::text[])
          as k(source, date, language)
        on s.name = k.source and d.date = k.date and d.language is not distinct from k.language`,
      keyOf: (row) => row,
      cacheKey: ({ source, date, language }) => JSON.stringify([source, date, language]),
    }),
    entryById: lookup<EntryRow, number>(store, 'entryById', {
      query: (ids) => sql`${entries} where e.id = any(${ids}::int[])`,
      keyOf: (row) => row.id,
    }),
    entryByKey: lookup<EntryRow>(store, 'entryByKey', {
      query: (keys) => sql`${entries} where e.key = any(${keys}::text[])`,
      keyOf: (row) => row.key,
    }),
    summaryByEntryId: lookup<SummaryRow, number>(store, 'summaryByEntryId', {
      query: (ids) => sql`${summaries} where m.entry_id = any(${ids}::int[])`,
      keyOf: (row) => row.id,
    }),
    summaryByKey: lookup<SummaryRow>(store, 'summaryByKey', {
      query: (keys) => sql`${summaries} where e.key = any(${keys}::text[])`,
      keyOf: (row) => row.key,
    }),
  };
}

interface LookupOptions<Row, Key> {
  /** SQL: the rows of these keys, in any order. */
  readonly query: (keys: readonly Key[]) => Sql;
  readonly keyOf: (row: Row) => Key;
  /** Equal for equal keys, if these are objects. */
  readonly cacheKey?: (key: Key) => string;
}

function lookup<Row extends object, Key = string>(
  { run, cache }: Store,
  name: string,
  { query, keyOf, cacheKey: identify = String }: LookupOptions<Row, Key>,
): (key: Key) => Maybe<Row | null> {
  const load = cache.loader<Key, Row | null>({
    identify,
    read: async (keys) => {
      const rows = await run<Row>({ name, sql: query(keys) });
      const byKey = new Map(rows.map((row) => [identify(keyOf(row)), row]));
      return keys.map((key) => byKey.get(identify(key)) ?? null);
    },
  });
  return (key) => (hasNul(key) ? null : load(key));
}

/** Text in Postgres cannot contain NUL, so no row has such a key; as a parameter it would be an error. */
function hasNul(key: unknown): boolean {
  if (typeof key === 'object' && key !== null) return Object.values(key).some(hasNul);
  return typeof key === 'string' && key.includes('\0');
}
