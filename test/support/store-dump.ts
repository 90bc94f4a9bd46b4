import type { Pool } from 'pg';

// Every fact of the store by natural keys: ids of rows and times apart. Runs are history, not facts.
const FACTS = {
  papers: `
    select p.arxiv_id, p.arxiv_order, p.version, p.title, p.title_folded, p.abstract, p.comment, p.code_url, p.code_stars,
      p.code_updated_on::text, c.code as primary_category, p.subject_classes, p.first_digest_date::text,
      t.vector::text, t.clipped, t.version, p.languages, p.days::text[], p.has_summary,
      array(select s.name from source s where s.id = any(p.source_ids) order by s.name collate "C") as sources,
      array(select t.term || ' ' || t.word from paper_term t where t.paper_id = p.id order by t.term) as terms
    from paper p left join category c on c.id = p.primary_category_id left join paper_search t on t.paper_id = p.id
    order by p.arxiv_id collate "C"`,
  authorships: `
    select p.arxiv_id, k.position, a.name, a.name_folded, k.printed_name, k.first_digest_date::text, k.arxiv_order
    from authorship k join paper p on p.id = k.paper_id join author a on a.id = k.author_id
    order by p.arxiv_id collate "C", k.position`,
  authors: `select name, name_folded, name_words, paper_count from author order by name collate "C"`,
  counts: `
    select n.kind, coalesce(s.name, n.value) as value, n.papers
    from paper_count n left join source s on n.kind = 'SOURCE' and s.id::text = n.value
    order by n.kind, coalesce(s.name, n.value) collate "C"`,
  categories: `select code, name, archive, aliases, paper_count from category order by code collate "C"`,
  paperCategories: `
    select p.arxiv_id, k.position, c.code, k.first_digest_date::text, k.arxiv_order
    from paper_category k join paper p on p.id = k.paper_id join category c on c.id = k.category_id
    order by p.arxiv_id collate "C", k.position`,
  digests: `
    select s.name, d.date::text, d.language, d.language_guessed, d.revision, d.entry_count, d.contents
    from digest d join source s on s.id = d.source_id order by s.name collate "C", d.date, d.language nulls first`,
  files: `
    select s.name, d.date::text, d.language, r.revision, r.form::text, r.sha256
    from digest_revision r join digest d on d.id = r.digest_id join source s on s.id = d.source_id
    order by s.name collate "C", d.date, d.language nulls first, r.form::text, r.revision`,
  entries: `
    select e.key, s.name, d.date::text, d.language, p.arxiv_id, e.position, e.markdown_position, e.jsonl_position,
      e.current, e.content_hash, e.twin, e.statement, c.code as section, m.status::text, m.tldr, m.motivation, m.method,
      m.result, m.conclusion, m.parts
    from digest_entry e join digest d on d.id = e.digest_id join source s on s.id = d.source_id
      join paper p on p.id = e.paper_id left join category c on c.id = e.section_id
      left join summary m on m.entry_id = e.id
    order by e.key`,
};

/** What the store holds, ids of rows and times apart: equal for equal stores. */
export async function dumpStore(pool: Pool): Promise<Record<keyof typeof FACTS, unknown[]>> {
  const read = async (sql: string): Promise<unknown[]> => (await pool.query<object>(sql)).rows;
  const dumped = Object.entries(FACTS).map(async ([name, sql]) => [name, await read(sql)] as const);
  return Object.fromEntries(await Promise.all(dumped)) as Record<keyof typeof FACTS, unknown[]>;
}
