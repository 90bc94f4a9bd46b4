import { FEED_CHANNEL } from '../events/wake-up-channel.ts';
import type { SummaryPart } from '../digest/digest.ts';
import { mapInSlices } from '../time/slices.ts';
import { fold } from '../language/fold.ts';
import { nameWords } from '../search/name-words.ts';
import { INDEX_VERSION, searchVectors } from './search-vectors.ts';
import type { Transaction } from '../database/transaction.ts';

const CHUNK = 100;

/** What an ingest did to its digest. */
export interface DigestChange {
  readonly digestId: number;
  /** Of the ingest's run; a retry keeps it. */
  readonly runId: string;
  /** Undefined where its revision is the one that it was. */
  readonly kind: 'ADDED' | 'REVISED' | undefined;
}

/**
 * Remembers in the temporary table `listed` which papers the digest lists, before an ingest changes it: what stands in it
 * only afterwards has been listed by the ingest.
 */
export async function rememberListed(tx: Transaction, digestId: number): Promise<void> {
  await tx.execute`
    create temporary table listed on commit drop as
    select distinct paper_id from digest_entry where digest_id = ${digestId} and current`;
}

/**
 * Appends the events of the ingest at hand: at most one a paper, in the digest's order, then the digest's own. To be the
 * last of a transaction, as the feed stays locked until it ends: that makes positions gapless and in commit order.
 */
export async function appendEvents(tx: Transaction, change: DigestChange): Promise<void> {
  await draftEvents(tx, change);
  await tx.execute`create temporary table fresh_event (like feed_event including defaults) on commit drop`;
  for (let after = 0; ;) {
    const ordinals = await nextDrafts(tx, after);
    if (ordinals.length === 0) break;
    await judgePapers(tx, change, ordinals);
    after = Math.max(...ordinals);
  }
  await addDigestEvent(tx, change);
  await publish(tx);
}

/**
 * Of the kinds that apply to a paper the first in the contract's order. New AI text of an entry is a new summary, and so is
 * earlier text that a paper listed all along has again. Its cause is an entry that changed, of several the first with text; of
 * a paper that the digest has dropped it is the entry that it last had there.
 */
async function draftEvents(tx: Transaction, { digestId }: DigestChange): Promise<void> {
  await tx.execute`
    create temporary table event_draft on commit drop as
    with stood as (
      select s.paper_id, min(s.ordinal) as place, bool_or((s.added or s.summarized) and s.status <> 'FAILED') as summarized,
        bool_or(s.restored and s.status <> 'FAILED') as restored,
        (array_agg(s.entry_id order by s.changed desc, s.status is null or s.status = 'FAILED', s.ordinal))[1] as entry_id
      from staged s group by s.paper_id
    ), dropped as (
      select e.paper_id, max(e.id) as entry_id from digest_entry e join affected a on a.paper_id = e.paper_id
      where e.digest_id = ${digestId} and a.revised group by e.paper_id
    ), judged as (
      select a.paper_id, coalesce(s.entry_id, d.entry_id) as entry_id, s.place,
        case when a.added then 'ADDED' when a.revised then 'REVISED' when s.summarized then 'SUMMARIZED'
          when s.place is not null and l.paper_id is null then 'LISTED' when s.restored then 'SUMMARIZED' end as kind
      from affected a left join stood s using (paper_id) left join dropped d using (paper_id)
        left join listed l using (paper_id)
    )
    select row_number() over (order by place, paper_id)::int as ordinal, kind, paper_id, entry_id
    from judged where kind is not null and entry_id is not null`;
}

async function nextDrafts(tx: Transaction, after: number): Promise<number[]> {
  const rows = await tx.query<{ ordinal: number }>`
    select ordinal from event_draft where ordinal > ${after} order by ordinal limit ${CHUNK}`;
  return rows.map(({ ordinal }) => ordinal);
}

interface Judged {
  readonly id: number;
  readonly arxivId: string;
  readonly title: string;
  readonly abstract: string;
  readonly authors: readonly string[];
  readonly parts: SummaryPart[] | null;
}

/** Keeps with each event what filters judge it by: the paper as it stands now, with this entry as its only one. */
async function judgePapers(
  tx: Transaction,
  change: DigestChange,
  ordinals: readonly number[],
): Promise<void> {
  const papers = await tx.query<Judged>`
    select d.ordinal as id, p.arxiv_id as "arxivId", p.title, p.abstract, m.parts, array(
      select u.name from authorship a join author u on u.id = a.author_id where a.paper_id = p.id order by a.position) as authors
    from event_draft d join paper p on p.id = d.paper_id
      left join summary m on m.entry_id = d.entry_id and m.status <> 'FAILED'
    where d.ordinal = any(${ordinals})`;
  const names = await mapInSlices(papers, ({ id, authors }) => ({
    id,
    names: authors,
    folded: authors.map(fold),
    words: authors.map((name) => ` ${nameWords(name).join(' ')} `),
  }));
  const texts = papers.map(({ parts, ...paper }) => ({ ...paper, summaries: parts === null ? [] : [parts] }));
  await tx.execute`
    insert into fresh_event (position, topic, kind, occurred_at, run_id, digest_id, paper_id, entry_id, source, date, language,
      arxiv_id, categories, author_names, author_folded, author_words, has_code, has_summary, vector, clipped, version)
    select d.ordinal, 'PAPER', d.kind, now(), ${change.runId}::uuid, g.id, p.id, d.entry_id, s.name, g.date, g.language,
      p.arxiv_id, array(
        select c.code from paper_category k join category c on c.id = k.category_id where k.paper_id = p.id order by k.position),
      n.names, n.folded, n.words, p.code_url is not null, m.entry_id is not null, v.vector, v.clipped, ${INDEX_VERSION}
    from event_draft d join paper p on p.id = d.paper_id join digest g on g.id = ${change.digestId}
      join source s on s.id = g.source_id
      join jsonb_to_recordset(${JSON.stringify(names)}::jsonb) as n(id int, names text[], folded text[], words text[])
        on n.id = d.ordinal
      join ${await searchVectors(texts)} v on v.id = d.ordinal
      left join summary m on m.entry_id = d.entry_id and m.status <> 'FAILED'`;
}

/** Where the revision did not change, the digest has changed if one of its papers has. */
async function addDigestEvent(tx: Transaction, { digestId, runId, kind }: DigestChange): Promise<void> {
  await tx.execute`
    insert into fresh_event (position, topic, kind, occurred_at, run_id, digest_id, source, date, language)
    select b.last + 1, 'DIGEST', ${kind ?? 'REVISED'}, now(), ${runId}::uuid, g.id, s.name, g.date, g.language
    from digest g join source s on s.id = g.source_id,
      lateral (select coalesce(max(position), 0) as last from fresh_event) b
    where g.id = ${digestId} and (${kind !== undefined} or b.last > 0)`;
}

async function publish(tx: Transaction): Promise<void> {
  const [fresh] = await tx.query<{ count: number }>`select count(*)::int as count from fresh_event`;
  const count = fresh?.count ?? 0;
  if (count === 0) return;
  const [feed] = await tx.query<{ head: number }>`
    update feed set head = head + ${count}::int where id = 1 returning head`;
  if (feed === undefined) throw new Error('expected the row of the feed, found none');
  // The instant after the wait for the lock: occurredAt never goes back from one position to the next.
  await tx.execute`
    update fresh_event set position = position + ${feed.head}::bigint - ${count}::int, occurred_at = (select clock_timestamp())`;
  await tx.execute`insert into feed_event select * from fresh_event order by position`;
  await tx.execute`select pg_notify(${FEED_CHANNEL}, ${String(feed.head)})`;
}
