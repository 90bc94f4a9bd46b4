import { hasText } from '../../database/model.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { categoryIds, inLanguages, languagePatterns, ofSources, storable } from '../filters/conditions.ts';
import { orderTerms, type Order } from '../paging/keyset.ts';
import type { ListField } from './list-field.ts';
import { entryColumns, summaryColumns, type EntryRow, type SummaryRow } from './rows.ts';

/** `Digest.entries`, in the digest's order. */
export const entriesOfDigest: ListField<{ readonly category?: string | null | undefined }, EntryRow> = {
  name: 'Digest.entries',
  list: ({ category }) => ({
    columns: entryColumns,
    from: sql`digest_entry e`,
    where: sql`e.digest_id = parent.id and e.current${inSection(category)}`,
    order: [{ expression: sql`e.position`, type: 'int', descending: false }],
    filtered: false,
  }),
};

function inSection(category: string | null | undefined): Sql {
  if (category === null || category === undefined) return sql.empty;
  return sql` and e.section_id = any(${categoryIds(storable([category], ['category']))})`;
}

// By digest date, then by the time of ingest.
const NEWEST: Order = [
  { expression: sql`d.date`, type: 'date', descending: true },
  { expression: sql`e.ingested_at`, type: 'timestamptz', descending: true },
  { expression: sql`e.id`, type: 'int', descending: true },
];

/** `Paper.entries`: the current ones, newest first. */
export const entriesOfPaper: ListField<object, EntryRow> = {
  name: 'Paper.entries',
  list: () => ({
    columns: entryColumns,
    from: sql`digest_entry e join digest d on d.id = e.digest_id`,
    where: sql`e.paper_id = parent.id and e.current`,
    order: NEWEST,
    filtered: false,
  }),
};

/** Selects summaries of a paper. */
export interface SummaryArgs {
  /** BCP 47 tags or names; `*` is any language. */
  readonly languages?: readonly string[] | null | undefined;
  readonly sources?: readonly string[] | null | undefined;
}

/** `Paper.summaries`: all summaries ever published, newest first. */
export const summariesOfPaper: ListField<SummaryArgs, SummaryRow> = {
  name: 'Paper.summaries',
  list: (args) => ({
    columns: summaryColumns,
    from: SUMMARIES,
    where: sql`m.paper_id = parent.id ${published(args)}`,
    order: NEWEST,
    filtered: false,
  }),
};

const SUMMARIES = sql`summary m join digest_entry e on e.id = m.entry_id join digest d on d.id = e.digest_id`;

function published({ languages, sources }: SummaryArgs): Sql {
  const asked = storable(languages ?? [], ['languages']);
  const inLanguage = languages && !asked.includes(ANY) ? sql` and ${inLanguages(asked)}` : sql.empty;
  return sql`${inLanguage}${ofSomeSources(sources)}`;
}

function ofSomeSources(sources: SummaryArgs['sources']): Sql {
  return sources ? sql` and ${ofSources(storable(sources, ['sources']))}` : sql.empty;
}

const ANY = '*';

/**
 * SQL: one summary for each paper, the newest with text in the first of `languages` that has one (RFC 4647
 * lookup). Only current entries count. Throws InputError above 100 languages or sources.
 */
export function bestSummaries(paperIds: readonly number[], { languages, sources }: SummaryArgs): Sql {
  const wanted = storable(languages ?? [], ['languages'])
    .flatMap((language) => (language === ANY ? [['%']] : languagePatterns(language)))
    .flatMap((level, place) => level.map((pattern) => ({ pattern, place })));
  return sql`
    select parent.id as parent, best.*
    from unnest(${paperIds}::int[]) as parent(id) cross join lateral (
      select ${summaryColumns}
      from unnest(${wanted.map(({ pattern }) => pattern)}::text[], ${wanted.map(({ place }) => place)}::int[])
          as wanted(pattern, place), ${SUMMARIES}
      where m.paper_id = parent.id and e.current and ${hasText('m')}
        and coalesce(d.language, 'und') || '-' like wanted.pattern${ofSomeSources(sources)}
      order by wanted.place, ${orderTerms(NEWEST)} limit 1
    ) best`;
}
