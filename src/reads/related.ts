import DataLoader from 'dataloader';
import { sql, type Sql } from '../database/sql.ts';
import { InputError } from '../errors/input-error.ts';
import { MOST } from './paging/page-args.ts';
import { isCancelled, type RunStatement } from '../database/statements.ts';

/** A paper that has much in common with another, and what. */
export interface RelatedPaper {
  readonly paperId: number;
  /** The rarer what they share, the more. */
  readonly score: number;
  /** As the other paper writes them, the rarest first. */
  readonly sharedTerms: readonly string[];
  /** Ids, in the other paper's order. */
  readonly sharedAuthors: readonly number[];
}

/** The papers nearest to a paper, nearest first; null where that takes too long. Rejects with InputError above 100. */
export type ReadRelated = (paperId: number, first: number) => Promise<readonly RelatedPaper[] | null>;

/** The related papers of one request; those of all papers that ask for as many are one statement. */
export function relatedReader(run: RunStatement, timeoutMs: number): ReadRelated {
  const loaders = new Map<number, DataLoader<number, readonly RelatedPaper[] | null>>();
  return async (paperId, first) => {
    if (!(first >= 0 && first <= MOST))
      throw new InputError(['first'], `first: expected 0 to ${MOST}, got ${first}`);
    const loader = loaders.get(first) ?? openLoader(run, first, timeoutMs);
    loaders.set(first, loader);
    return await loader.load(paperId);
  };
}

function openLoader(
  run: RunStatement,
  first: number,
  timeoutMs: number,
): DataLoader<number, readonly RelatedPaper[] | null> {
  return new DataLoader(async (ids) => {
    try {
      const rows = await run<RelatedPaper & { parent: number }>({
        name: 'Paper.related',
        sql: relatedSql(ids, first),
        timeoutMs,
      });
      return ids.map((id) => rows.filter(({ parent }) => parent === id));
    } catch (error) {
      if (isCancelled(error)) return ids.map(() => null);
      throw error;
    }
  });
}

/** What more papers than this share tells nothing; so many papers at most are looked at for each term or author. */
const TOO_COMMON = 1_000;

/**
 * Each shared term and author counts ln(1 + papers / papers that have it), a term the more the more it tells of both: a
 * paper is nearer the rarer what it shares.
 * Where the store is larger than 1,000 papers, what 1,000 or more papers have is left out.
 */
function relatedSql(ids: readonly number[], first: number): Sql {
  return sql`
    with store as materialized (select count(*) as papers from (select 1 from paper limit ${TOO_COMMON}) bounded),
    term as materialized (
      select t.paper_id, t.term, t.word, t.weight, n.papers from paper_term t cross join lateral (
        select count(*) as papers from (select 1 from paper_term o where o.term = t.term limit ${TOO_COMMON}) bounded
      ) n
      where t.paper_id = any(${ids}::int[]) and n.papers > 1 and n.papers < ${TOO_COMMON}
    ),
    writer as materialized (
      select a.paper_id, a.author_id, min(a.position) as position, u.paper_count as papers
      from authorship a join author u on u.id = a.author_id
      where a.paper_id = any(${ids}::int[]) and u.paper_count > 1 and u.paper_count < ${TOO_COMMON}
      group by a.paper_id, a.author_id, u.paper_count
    ),
    shared as (
      select term.paper_id as parent, o.paper_id, term.papers, ln(1 + term.weight) * ln(1 + o.weight) as weight, term.word,
        null::int as author_id, null::int as position
      from term join paper_term o on o.term = term.term
      union all
      select distinct w.paper_id, o.paper_id, w.papers, 1, null, w.author_id, w.position
      from writer w join authorship o on o.author_id = w.author_id
    ),
    scored as (
      select parent, paper_id, sum(s.weight * ln(1 + store.papers::float8 / s.papers)) as score,
        coalesce(array_agg(word order by s.papers, word) filter (where word is not null), '{}') as terms,
        coalesce(array_agg(author_id order by position) filter (where author_id is not null), '{}') as authors
      from shared s cross join store where paper_id <> parent group by parent, paper_id
    ),
    placed as (
      select scored.*, row_number() over (partition by parent order by score desc, p.arxiv_order desc) as place
      from scored join paper p on p.id = scored.paper_id
    )
    select parent, paper_id as "paperId", score, terms as "sharedTerms", authors as "sharedAuthors"
    from placed where place <= ${first} order by parent, place`;
}
