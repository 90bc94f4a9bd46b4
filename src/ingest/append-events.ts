import { hasText } from '../database/model.ts';
import { sql, type Sql } from '../database/sql.ts';
import type { Transaction } from '../database/transaction.ts';
import { appendToFeed } from '../events/append.ts';
import { EventKind, type DigestEventKind } from '../events/event.ts';
import { INDEX_VERSION, searchVectors, type VectorTexts } from './papers/search-vectors.ts';
import { summaryParts } from './papers/summary-parts.ts';

const CHUNK = 100;

/** The change that an ingest made to its digest. */
export interface DigestChange {
  readonly digestId: number;
  /** UUID of the ingest run. A retry keeps it. */
  readonly runId: string;
  /** Undefined if the digest has the same revision as before. */
  readonly kind: DigestEventKind | undefined;
}

/**
 * Stores in the temporary table `listed` which papers the digest lists. Called before the ingest changes the
 * digest: a paper that is missing from the table but in the digest afterwards was LISTED by this ingest.
 */
export async function rememberListed(tx: Transaction, digestId: number): Promise<void> {
  await tx.execute`
    create temporary table listed on commit drop as
    select distinct paper_id from digest_entry where digest_id = ${digestId} and current`;
}

/**
 * Appends the events of an ingest to the feed: at most one per paper, in the digest's order, then the
 * digest's own. Must be the last step of the transaction, because the feed stays locked until the transaction
 * ends.
 */
export async function appendEvents(tx: Transaction, { digestId, runId, kind }: DigestChange): Promise<void> {
  await draftEvents(tx, digestId);
  await appendToFeed(tx, { digestId, runId, digestKind: kind }, paperEvents(tx));
}

/**
 * Decides which papers have an event, of which kind, and which entry caused it, in the temporary table
 * `event_draft`. Of the kinds that apply the first in the contract's order wins. SUMMARIZED means new AI
 * text, or earlier text that came back for a paper that the digest listed all along. The cause is an entry
 * that changed, preferably with text; for a paper that the digest no longer lists, it is the last entry that
 * the paper had there. An event is `alike` if no other current entry has AI text, and the entry itself has none
 * or is current: its search vector is that of the paper then.
 */
async function draftEvents(tx: Transaction, digestId: number): Promise<void> {
  await tx.execute`
    create temporary table event_draft on commit drop as
    with printed as (
      select s.paper_id, min(s.ordinal) as place,
        bool_or((s.added or s.summarized) and ${hasText('s')}) as summarized,
        bool_or(s.restored and ${hasText('s')}) as restored,
        (array_agg(s.entry_id order by s.changed desc, (${hasText('s')}) is not true, s.ordinal)
          )[1] as entry_id
      from staged s group by s.paper_id
    ), dropped as (
      select e.paper_id, max(e.id) as entry_id from digest_entry e join affected a on a.paper_id = e.paper_id
      where e.digest_id = ${digestId} and a.revised group by e.paper_id
    ), decided as (
      select a.paper_id, coalesce(s.entry_id, d.entry_id) as entry_id, s.place,
        case when a.added then ${EventKind.ADDED}::event_kind
          when a.revised then ${EventKind.REVISED}
          when s.summarized then ${EventKind.SUMMARIZED}
          when s.place is not null and l.paper_id is null then ${EventKind.LISTED}
          when s.restored then ${EventKind.SUMMARIZED} end as kind
      from affected a left join printed s using (paper_id) left join dropped d using (paper_id)
        left join listed l using (paper_id)
    )
    select row_number() over (order by place, paper_id)::int as ordinal, kind, paper_id, entry_id, not exists (
        select 1 from digest_entry e join summary m on m.entry_id = e.id and ${hasText('m')}
        where e.paper_id = decided.paper_id and e.current <> (e.id = decided.entry_id)
      ) as alike
    from decided where kind is not null and entry_id is not null`;
}

/** The rows of the drafted events, as `appendToFeed` takes them: first those that share their papers' vectors. */
async function* paperEvents(tx: Transaction): AsyncGenerator<Sql> {
  yield eventRows(sql`
    (select * from event_draft where alike) d cross join lateral (
      select null::tsvector as vector, clipped, version from paper_search s where s.paper_id = d.paper_id offset 0
    ) v`);
  for (let after = 0; ;) {
    const texts = await nextTexts(tx, after);
    if (texts.length === 0) return;
    const ordinals = texts.map(({ id }) => id);
    yield eventRows(sql`
      (select * from event_draft where ordinal = any(${ordinals})) d join (
        select id, vector, clipped, ${INDEX_VERSION}::int as version from ${await searchVectors(tx, texts)} made
      ) v on v.id = d.ordinal`);
    after = Math.max(...ordinals);
  }
}

/** The texts of the next events that differ from those of their papers. */
async function nextTexts(tx: Transaction, after: number): Promise<VectorTexts[]> {
  return await tx.query<VectorTexts>`
    select d.ordinal as id, p.arxiv_id as "arxivId", p.title, p.abstract,
      case when m.entry_id is null then '[]'::jsonb else jsonb_build_array(${summaryParts}) end as summaries
    from event_draft d join paper p on p.id = d.paper_id
      left join summary m on m.entry_id = d.entry_id and ${hasText('m')}
    where d.ordinal > ${after} and not d.alike order by d.ordinal limit ${CHUNK}`;
}

/**
 * SQL: rows with all facts that filters test: the paper as the ingest leaves it, with the entry of the event
 * as its only one. `drafts` joins drafted events, as `d`, with `v`, which has vector, clipped and version. Everything is
 * looked up by key: `offset 0` keeps Postgres from joining whole tables when it takes them for small.
 */
function eventRows(drafts: Sql): Sql {
  return sql`
    select d.ordinal, d.kind, d.paper_id, d.entry_id, p.arxiv_id, array(
        select c.code from paper_category k join category c on c.id = k.category_id
        where k.paper_id = p.id order by k.position
      ) as categories, n.author_names, n.author_folded, n.author_words,
      p.code_url is not null as has_code, m.entry_id is not null as has_summary, v.vector, v.clipped, v.version
    from ${drafts}
      cross join lateral (select id, arxiv_id, code_url from paper where id = d.paper_id offset 0) p
      cross join lateral (
        select coalesce(array_agg(u.name order by a.position), '{}') as author_names,
          coalesce(array_agg(u.name_folded order by a.position), '{}') as author_folded,
          coalesce(array_agg(u.name_words order by a.position), '{}') as author_words
        from authorship a join author u on u.id = a.author_id where a.paper_id = p.id
      ) n
      left join lateral (
        select entry_id from summary m where m.entry_id = d.entry_id and ${hasText('m')} offset 0
      ) m on true`;
}
