import type { PaperFilter } from '../../../src/reads/filters/paper-filter.ts';
import type { Result } from './stream.ts';
import type { PaperEvent } from './verdict.ts';

/** A batch, as a client receives it. */
export interface Batch {
  readonly cursor: string;
  readonly caughtUp: boolean;
  readonly events: readonly PaperEvent[];
}

const BATCH = `(filter: $filter, after: $after, start: OLDEST, first: $first) {
  cursor caughtUp events {
    cursor kind occurredAt
    paper { arxivId }
    entry { id digest { source { name } date language } summary { tldr } }
  }
}`;
const VARIABLES = '($filter: PaperFilter, $after: FeedCursor, $first: Int!)';

/** The document that subscribes, with variables `filter`, `after` and `first`. */
export const SUBSCRIPTION = `subscription ${VARIABLES} { paperIngested${BATCH} }`;
const PAGE = `query ${VARIABLES} { feed${BATCH} }`;

/** Which page to fetch. */
export interface PageRequest {
  readonly filter: PaperFilter | null;
  readonly after: string | null;
  readonly first: number;
}

/** One page of the feed. Rejects if the server does not answer with one. */
export async function fetchPage(port: number, variables: PageRequest): Promise<Batch> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: PAGE, variables }),
    signal: AbortSignal.timeout(120_000),
  });
  const { data, errors } = (await response.json()) as Result;
  const batch = data?.['feed'] as Batch | null | undefined;
  if (batch === null || batch === undefined)
    throw new Error(`no page of the feed: ${JSON.stringify(errors)}`);
  return batch;
}

/** All events of a filter, page after page, from the oldest one to the head. */
export async function fetchFeed(
  port: number,
  filter: PaperFilter | null,
  first: number,
): Promise<PaperEvent[]> {
  const events: PaperEvent[] = [];
  for (let after: string | null = null; ;) {
    const page: Batch = await fetchPage(port, { filter, after, first });
    events.push(...page.events);
    if (page.caughtUp) return events;
    if (page.cursor === after)
      throw new Error('a page of the feed that is not the last has the cursor of the page before');
    after = page.cursor;
  }
}
