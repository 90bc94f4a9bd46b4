import type pg from 'pg';
import { digestMarkdown } from './digest-markdown.ts';
import { groups, type Groups } from './groups.ts';
import { lookups, type Lookups } from './lookups.ts';
import { pageReader, type ReadPage } from './pages.ts';
import { statementRunner, type StatementOptions } from './statements.ts';

/** All that a request reads, batched and read once: to be made anew for each request. */
export interface Reads extends Lookups, Groups {
  /** One page of a list. Throws InputError where its arguments cannot be answered. */
  readonly page: ReadPage;
  /** A digest as Markdown; null where it cannot be written. */
  readonly digestMarkdown: (digestId: number) => Promise<string | null>;
}

/** The reads of one request. */
export function createReads({ pool }: { readonly pool: pg.Pool }, options: StatementOptions): Reads {
  const run = statementRunner(pool, options);
  return {
    ...lookups(run),
    ...groups(run),
    page: pageReader(run),
    digestMarkdown: (digestId) => digestMarkdown(pool, digestId),
  };
}
