import { namedCategories } from '../../arxiv/categories.ts';
import { countKind } from '../../database/model.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { fold } from '../../language/fold.ts';
import type { Store } from '../cache/store.ts';

/** What a condition of a filter refers to, and how many papers that is. */
export interface Counted {
  /** Ids of categories, authors or digests. */
  readonly ids: readonly number[];
  /** No fewer than the papers that meet the condition; exactly as many if there is one id. */
  readonly papers: number;
}

/** The digests for which a condition holds. */
export interface CountedDigests {
  /** Null if they have more than `FEW_PAPERS` entries. */
  readonly ids: readonly number[] | null;
  /** Number of their entries. */
  readonly papers: number;
  /** Day of the latest one, YYYY-MM-DD; null if there is none. */
  readonly latest: string | null;
}

/** Numbers of papers of the store. */
export interface PaperTotals {
  readonly all: number;
  readonly withCode: number;
  readonly withSummary: number;
}

/** Reads the counters of a version of the store, each once. They say how the papers of a filter are best found. */
export interface FilterCounts {
  readonly papers: () => Promise<PaperTotals>;
  /** Categories by codes, names and archives, as `PaperFilter` takes them. */
  readonly categories: (values: readonly string[]) => Promise<Counted>;
  readonly authorsByName: (names: readonly string[]) => Promise<Counted>;
  /** Authors by their names without case and accents. */
  readonly authorsByFoldedName: (names: readonly string[]) => Promise<Counted>;
  /** Digests for which a condition on `d` holds. Conditions with equal keys are equal. */
  readonly digests: (condition: Sql, key: string) => Promise<CountedDigests>;
}

/** Most papers that are looked up one by one, instead of walking through a list to find them. */
export const FEW_PAPERS = 5_000;

interface CountRow {
  readonly id: number;
  readonly papers: number;
}

interface CategoryCount extends CountRow {
  readonly code: string;
}

/** Makes the reader of counters. */
export function filterCounts({ run, cache }: Store): FilterCounts {
  const authors = async (column: Sql, names: readonly string[]): Promise<Counted> => {
    const query = sql`select u.id, u.paper_count as papers from author u where ${column} = any(${names}::text[])`;
    const key = `filterAuthors ${column.text} ${JSON.stringify(names)}`;
    const name = 'filterAuthors';
    return countedOf(await cache.get(key, async () => await run<CountRow>({ name, sql: query })));
  };
  return {
    papers: async () =>
      await cache.get('paperTotals', async () => {
        const [row] = await run<PaperTotals>({ name: 'paperTotals', sql: PAPER_TOTALS });
        return row ?? { all: 0, withCode: 0, withSummary: 0 };
      }),
    categories: async (values) => {
      const { codes, archives } = namedCategories(values);
      const name = 'categoryCounts';
      const all = await cache.get(name, async () => await run<CategoryCount>({ name, sql: CATEGORIES }));
      return countedOf(all.filter(({ code }) => codes.includes(code) || archives.includes(archiveOf(code))));
    },
    authorsByName: async (names) => await authors(sql`u.name`, names),
    authorsByFoldedName: async (names) => await authors(sql`u.name_folded`, names.map(fold)),
    digests: async (condition, key) =>
      await cache.get(`filterDigests ${key}`, async () => {
        const query = digestsSql(condition);
        const [found] = await run<CountedDigests>({ name: 'filterDigests', sql: query, unique: true });
        return found ?? { ids: [], papers: 0, latest: null };
      }),
  };
}

const CATEGORIES = sql`select c.id, c.code, c.paper_count as papers from category c`;

const papersOf = (kind: 'PAPER' | 'CODE' | 'SUMMARY') =>
  sql`coalesce(sum(n.papers) filter (where n.kind = ${countKind(kind)}), 0)::int`;

const PAPER_TOTALS = sql`
  select ${papersOf('PAPER')} as "all", ${papersOf('CODE')} as "withCode", ${papersOf('SUMMARY')} as "withSummary"
  from paper_count n where n.kind in (${countKind('PAPER')}, ${countKind('CODE')}, ${countKind('SUMMARY')})`;

const digestsSql = (condition: Sql) => sql`
  select coalesce(sum(d.entry_count), 0)::int as papers, max(d.date) as latest,
    case when coalesce(sum(d.entry_count), 0) <= ${FEW_PAPERS}
      then coalesce(array_agg(d.id), '{}') end as ids
  from digest d where ${condition}`;

function archiveOf(code: string): string {
  return code.split('.')[0] ?? code;
}

function countedOf(rows: readonly CountRow[]): Counted {
  return { ids: rows.map(({ id }) => id), papers: rows.reduce((sum, { papers }) => sum + papers, 0) };
}
