import type { SummaryPart } from '../digest/digest.ts';
import { INDEX_VERSION, searchVectors } from './search-vectors.ts';
import type { Transaction } from '../database/transaction.ts';

const AT_ONCE = 500;

interface Told {
  readonly position: string;
  readonly arxivId: string;
  readonly title: string;
  readonly abstract: string;
  readonly parts: SummaryPart[] | null;
}

/**
 * Makes the search vectors of events anew that an earlier version made, of some after a position; returns the position to go
 * on from, undefined after the last. An event whose paper was revised or removed since keeps its vector: what the paper said
 * then is not kept.
 */
export async function indexEvents(tx: Transaction, after: string): Promise<string | undefined> {
  const old = await tx.query<{ position: string }>`
    select e.position::text from feed_event e
    where e.position > ${after}::bigint and e.topic = 'PAPER' and e.version < ${INDEX_VERSION}
    order by e.position limit ${AT_ONCE}::int`;
  if (old.length === 0) return undefined;
  const positions = old.map(({ position }) => position);
  const told = await tx.query<Told>`
    select e.position::text, p.arxiv_id as "arxivId", p.title, p.abstract, m.parts
    from feed_event e join paper p on p.id = e.paper_id join digest_entry d on d.id = e.entry_id
      left join summary m on m.entry_id = e.entry_id and m.status <> 'FAILED'
    where e.position = any(${positions}::bigint[]) and not exists (
      select 1 from feed_event r where r.paper_id = e.paper_id and r.kind = 'REVISED' and r.position > e.position)`;
  const texts = told.map(({ parts, ...paper }, id) => ({
    ...paper,
    id,
    summaries: parts === null ? [] : [parts],
  }));
  await tx.execute`
    update feed_event e set vector = v.vector, clipped = v.clipped
    from ${await searchVectors(texts)} v join unnest(${told.map(({ position }) => position)}::bigint[])
      with ordinality n(position, place) on n.place = v.id + 1
    where e.position = n.position`;
  await tx.execute`update feed_event set version = ${INDEX_VERSION} where position = any(${positions}::bigint[])`;
  return positions.at(-1);
}
