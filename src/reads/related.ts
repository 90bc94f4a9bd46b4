import { sql, type Sql } from '../database/sql.ts';
import type { Maybe } from './cache/maybe.ts';
import type { Store } from './cache/store.ts';
import { rowsByParent } from './paging/by-parent.ts';
import { checkSize } from './paging/page-args.ts';

/** A paper that shares terms or authors with the given paper. */
export interface RelatedPaper {
  readonly paperId: number;
  /** Higher for rarer terms and authors in common. */
  readonly score: number;
  /** As the given paper writes them, the rarest first. */
  readonly sharedTerms: readonly string[];
  /** Ids, in the given paper's order. */
  readonly sharedAuthors: readonly number[];
}

/**
 * The papers most related to a paper, best first. Rejects with DeadlineError if this takes too long. Throws
 * InputError above 100.
 */
export type ReadRelated = (paperId: number, first: number) => Maybe<readonly RelatedPaper[]>;

/**
 * Makes the reader of related papers. Papers with an equal `first` are one statement, with a deadline.
 */
export function relatedReader({ run, cache }: Store, timeoutMs: number): ReadRelated {
  const name = 'Paper.related';
  return (paperId, first) => {
    const most = checkSize(first, ['first']);
    const load = cache.loaderOf<number, readonly RelatedPaper[]>(`${name} ${most}`, () => ({
      read: async (ids) => {
        const statement = { name, sql: relatedSql(ids, most), timeoutMs };
        return rowsByParent(ids, await run<RelatedPaper & { parent: number }>(statement));
      },
    }));
    return load(paperId);
  };
}

/**
 * A term or author of this many papers or more is ignored, as it relates them too weakly. This also bounds
 * the rows that are read for each term and author.
 */
const TOO_COMMON = 1_000;

/**
 * SQL: the related papers of each paper. A shared author adds ln(1 + N / n) to the score, where n papers have
 * the author and the store has N papers, counted up to 1,000. A shared term adds the same, multiplied by
 * ln(1 + weight) for its weight in each of the two papers. So rarer terms and authors score higher.
 */
function relatedSql(ids: readonly number[], first: number): Sql {
  return sql`
    with store as materialized ${cappedCount(sql`select 1 from paper`)},
    term as materialized (
      select t.paper_id, t.term, t.word, t.weight, n.papers
      from paper_term t cross join lateral
        ${cappedCount(sql`select 1 from paper_term o where o.term = t.term`)} n
      where t.paper_id = any(${ids}::int[]) and n.papers > 1 and n.papers < ${TOO_COMMON}
    ),
    writer as materialized (
      select a.paper_id, a.author_id, min(a.position) as position, u.paper_count as papers
      from authorship a join author u on u.id = a.author_id
      where a.paper_id = any(${ids}::int[]) and u.paper_count > 1 and u.paper_count < ${TOO_COMMON}
      group by a.paper_id, a.author_id, u.paper_count
    ),
    shared as (
      select term.paper_id as parent, o.paper_id, term.papers,
        ln(1 + term.weight) * ln(1 + o.weight) as weight, term.word,
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
      select scored.*,
        row_number() over (partition by parent order by score desc, p.arxiv_order desc) as place
      from scored join paper p on p.id = scored.paper_id
    )
    select parent, paper_id as "paperId", score, terms as "sharedTerms", authors as "sharedAuthors"
    from placed where place <= ${first} order by parent, place`;
}

/** SQL: the number of rows as `papers`, counted up to TOO_COMMON. */
function cappedCount(rows: Sql): Sql {
  return sql`(select count(*) as papers from (${rows} limit ${TOO_COMMON}) capped)`;
}
