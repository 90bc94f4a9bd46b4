import { hasText } from '../database/model.ts';
import { sql } from '../database/sql.ts';
import type { Transaction } from '../database/transaction.ts';
import type { SummaryPart } from '../digest/digest.ts';
import { outdatedEvents, replaceVectors, type OutdatedEvent } from '../events/event-vectors.ts';
import { INDEX_VERSION, searchVectors } from './papers/search-vectors.ts';
import { summaryParts } from './papers/summary-parts.ts';

interface EventTexts {
  readonly position: string;
  readonly arxivId: string;
  readonly title: string;
  readonly abstract: string;
  readonly parts: SummaryPart[] | null;
}

/**
 * Updates the search vectors of the next events after a position whose vectors are of an earlier version.
 * Returns the position to continue after; undefined if there were none. An event keeps its vector if its
 * paper has been revised or removed since: the text of that time is no longer stored.
 */
export async function indexEvents(tx: Transaction, after: string): Promise<string | undefined> {
  const outdated = await outdatedEvents(tx, { after, version: INDEX_VERSION });
  if (outdated.length === 0) return undefined;
  const read = await readTexts(
    tx,
    outdated.filter(({ revisedSince }) => !revisedSince),
  );
  // Vectors are numbered by their place in the list: a position may exceed their `id`, an int.
  const texts = read.map(({ parts, ...paper }, id) => ({
    ...paper,
    id,
    summaries: parts === null ? [] : [parts],
  }));
  const vectors = sql`
    select n.position, v.vector, v.clipped
    from ${await searchVectors(tx, texts)} v join unnest(${read.map(({ position }) => position)}::bigint[])
      with ordinality n(position, place) on n.place = v.id + 1`;
  await replaceVectors(tx, outdated, { vectors, version: INDEX_VERSION });
  return outdated.at(-1)?.position;
}

async function readTexts(tx: Transaction, events: readonly OutdatedEvent[]): Promise<EventTexts[]> {
  const positions = events.map(({ position }) => position);
  const papers = events.map(({ paperId }) => paperId);
  const entries = events.map(({ entryId }) => entryId);
  return await tx.query<EventTexts>`
    select n.position::text, p.arxiv_id as "arxivId", p.title, p.abstract,
      ${summaryParts} as parts
    from unnest(${positions}::bigint[], ${papers}::int[], ${entries}::int[]) n(position, paper_id, entry_id)
      join paper p on p.id = n.paper_id join digest_entry d on d.id = n.entry_id
      left join summary m on m.entry_id = n.entry_id and ${hasText('m')}`;
}
