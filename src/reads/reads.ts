import type DataLoader from 'dataloader';
import type pg from 'pg';
import { finders } from './entities.ts';
import { groups, newestSummaries } from './groups.ts';
import { Pages } from './page.ts';
import type { SummaryRow } from './rows.ts';
import { Statements, type StatementOptions } from './statements.ts';

/** Everything that GraphQL reads; what is asked for at once goes out as one statement a kind. Lives as long as one request. */
export interface Reads {
  readonly pages: Pages;
  /** Single things by key. */
  readonly find: ReturnType<typeof finders>;
  /** Short lists by parent. */
  readonly group: ReturnType<typeof groups>;
  /** `Paper.summary`. Throws InputError where a list is too long. */
  summaryOf(
    paperId: number,
    languages: readonly string[],
    sources: readonly string[] | null | undefined,
  ): Promise<SummaryRow | null>;
  readonly pool: pg.Pool;
}

/** Reads on a pool for one request. */
export function createReads(pool: pg.Pool, options?: StatementOptions): Reads {
  const statements = new Statements(pool, options);
  const summaries = new Map<string, DataLoader<number, SummaryRow | null>>();
  return {
    pool,
    pages: new Pages(statements),
    find: finders(statements),
    group: groups(statements),
    async summaryOf(paperId, languages, sources) {
      const key = JSON.stringify([languages, sources]);
      const loader = summaries.get(key) ?? newestSummaries(statements, languages, sources);
      summaries.set(key, loader);
      return await loader.load(paperId);
    },
  };
}
