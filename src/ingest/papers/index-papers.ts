import { hasText } from '../../database/model.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { mapInSlices } from '../../time/slices.ts';
import { paperWords } from '../../search/paper-words.ts';
import { INDEX_VERSION, searchVectors, type VectorTexts } from './search-vectors.ts';
import type { Transaction } from '../../database/transaction.ts';
import { summaryParts } from './summary-parts.ts';

/** How many terms of a paper are kept: those of its title, then the most frequent ones of its abstract. */
const MOST_TERMS = 16;

/** Longer terms are left out: an index row is limited to 2,704 bytes. */
const LONGEST_TERM = 100;

/**
 * Indexes these papers for searches, facets and related papers: the search vector from title, abstract and
 * the AI text of the current entries; terms from title and abstract; sources, languages, days and whether
 * there is AI text from the current entries.
 */
export async function indexPapers(tx: Transaction, ids: readonly number[]): Promise<void> {
  await storeEntryFacts(tx, ids);
  const papers = await readTexts(tx, ids);
  await storeVectors(tx, papers);
  await storeTerms(tx, papers);
}

async function readTexts(tx: Transaction, ids: readonly number[]): Promise<VectorTexts[]> {
  return await tx.query<VectorTexts>`
    select p.id, p.arxiv_id as "arxivId", p.title, p.abstract, array(
      select ${summaryParts} from digest_entry e join summary m on m.entry_id = e.id
      where e.paper_id = p.id and e.current and ${hasText('m')} order by e.key) as summaries
    from paper p where p.id = any(${ids}) order by p.id`;
}

async function storeVectors(tx: Transaction, papers: readonly VectorTexts[]): Promise<void> {
  await tx.execute`
    insert into paper_search as s (paper_id, vector, clipped, version)
    select id, vector, clipped, ${INDEX_VERSION} from ${await searchVectors(tx, papers)} v
    on conflict (paper_id)
      do update set vector = excluded.vector, clipped = excluded.clipped, version = excluded.version
      where (s.vector, s.clipped, s.version)
        is distinct from (excluded.vector, excluded.clipped, excluded.version)`;
}

/** Stores facts of the current entries. Each language is stored with its prefixes: `zh-Hant` and `zh`. */
async function storeEntryFacts(tx: Transaction, ids: readonly number[]): Promise<void> {
  await tx.execute`
    with shown as (
      select e.paper_id as id, array_agg(distinct d.source_id order by d.source_id) as source_ids,
        array_agg(distinct d.date order by d.date) as days,
        coalesce(array_agg(distinct l.tag order by l.tag) filter (where l.tag is not null), '{}')
          as languages,
        bool_or(m.entry_id is not null) as has_summary
      from digest_entry e join digest d on d.id = e.digest_id
        left join summary m on m.entry_id = e.id and ${hasText('m')}
        left join lateral (
          select array_to_string((string_to_array(d.language, '-'))[:n], '-') as tag
          from generate_series(1, cardinality(string_to_array(d.language, '-'))) n
        ) l on true
      where e.current and e.paper_id = any(${ids}) group by e.paper_id
    ), fresh as (
      select n.id, coalesce(source_ids, '{}') as source_ids, coalesce(days, '{}') as days,
        coalesce(languages, '{}') as languages, coalesce(has_summary, false) as has_summary
      from unnest(${ids}::int[]) n(id) left join shown on shown.id = n.id
    )
    update paper p
    set source_ids = f.source_ids, days = f.days, languages = f.languages, has_summary = f.has_summary
    from fresh f
    where f.id = p.id and (p.source_ids, p.days, p.languages, p.has_summary)
      is distinct from (f.source_ids, f.days, f.languages, f.has_summary)`;
}

/**
 * SQL: a row (id, term, word, weight) for each term of these texts. Postgres stems the words; a stem is shown
 * as its most frequent word.
 */
export async function searchTerms(papers: readonly VectorTexts[]): Promise<Sql> {
  const words = await mapInSlices(papers, ({ id, title, abstract }) =>
    paperWords(title, abstract)
      .filter(({ key }) => key.length <= LONGEST_TERM)
      .map((word) => ({ id, ...word })),
  );
  return sql`(
    with stem as (
      select n.id, s.stem, n.shown, n.weight
      from jsonb_to_recordset(${JSON.stringify(words.flat())}::jsonb) as n(id int, key text, shown text, weight int)
        cross join lateral unnest(ts_lexize('english_stem', n.key)) s(stem)
    ), summed as (
      select id, stem, sum(weight)::int as weight, (array_agg(shown order by weight desc, shown))[1] as shown
      from stem group by id, stem
    ), ranked as (
      select *, row_number() over (partition by id order by weight desc, stem) as rank from summed
    )
    select id, stem as term, shown as word, weight from ranked where rank <= ${MOST_TERMS}
  )`;
}

async function storeTerms(tx: Transaction, papers: readonly VectorTexts[]): Promise<void> {
  await tx.execute`
    create temporary table fresh_term on commit drop as
    select id as paper_id, term, word, weight from ${await searchTerms(papers)} made`;
  await tx.execute`
    delete from paper_term t where t.paper_id = any(${papers.map(({ id }) => id)}) and not exists (
      select 1 from fresh_term f
      where (f.paper_id, f.term, f.word, f.weight) = (t.paper_id, t.term, t.word, t.weight))`;
  await tx.execute`
    insert into paper_term (paper_id, term, word, weight)
    select paper_id, term, word, weight from fresh_term on conflict do nothing`;
  await tx.execute`drop table fresh_term`;
}
