import DataLoader from 'dataloader';
import { sql, type Sql } from '../database/sql.ts';
import { bestSummaries, type SummaryArgs } from './lists/entries.ts';
import { categoryColumns, type CategoryRow, type SummaryRow } from './rows.ts';
import type { RunStatement } from '../database/statements.ts';

/** A category of an author or of a digest, and how many papers or entries it has there. */
export interface CountedCategory extends CategoryRow {
  readonly count: number;
}

/** Short lists that come whole, by their parents' ids; those that one request asks for together are one statement. */
export type Groups = ReturnType<typeof groups>;

/** The short lists of one request; each is read once. */
export function groups(run: RunStatement) {
  const summaries = new Map<string, (paperId: number) => Promise<SummaryRow[]>>();
  return {
    /** In arXiv's order. */
    categoriesOfPaper: groupReader<CategoryRow>(run, 'Paper.categories', categoriesOfPapers),
    /** Most papers first. */
    categoriesOfAuthor: groupReader<CountedCategory>(run, 'Author.categories', categoriesOfAuthors),
    /** In the order in which their sections stand. */
    categoriesOfDigest: groupReader<CountedCategory>(run, 'Digest.categories', categoriesOfDigests),
    digestCountOfSource: groupReader<{ count: number }>(run, 'Source.digestCount', digestCounts),
    /** One at most. Throws InputError above 100 values a list. */
    summaryOfPaper: (paperId: number, args: SummaryArgs): Promise<SummaryRow[]> => {
      const variant = JSON.stringify(args);
      const load =
        summaries.get(variant) ?? groupReader(run, 'Paper.summary', (ids) => bestSummaries(ids, args));
      summaries.set(variant, load);
      return load(paperId);
    },
  };
}

const categoriesOfPapers = (ids: readonly number[]) => sql`
  select k.paper_id as parent, ${categoryColumns}
  from paper_category k join category c on c.id = k.category_id
  where k.paper_id = any(${ids}::int[]) order by k.paper_id, k.position`;

const categoriesOfAuthors = (ids: readonly number[]) => sql`
  select n.author_id as parent, n.count, ${categoryColumns}
  from (
    select a.author_id, k.category_id, count(distinct a.paper_id)::int as count
    from authorship a join paper_category k on k.paper_id = a.paper_id
    where a.author_id = any(${ids}::int[]) group by a.author_id, k.category_id
  ) n join category c on c.id = n.category_id
  order by n.author_id, n.count desc, c.code`;

const categoriesOfDigests = (ids: readonly number[]) => sql`
  select n.digest_id as parent, n.count, ${categoryColumns}
  from (
    select e.digest_id, e.section_id, count(*)::int as count, min(e.position) as position
    from digest_entry e where e.digest_id = any(${ids}::int[]) and e.current and e.section_id is not null
    group by e.digest_id, e.section_id
  ) n join category c on c.id = n.section_id
  order by n.digest_id, n.position`;

const digestCounts = (ids: readonly number[]) => sql`
  select d.source_id as parent, count(*)::int as count
  from digest d where d.source_id = any(${ids}::int[]) group by d.source_id`;

/** Reads whole lists by their parents' ids; those asked for together are one statement, which gives each row its `parent`. */
export function groupReader<Row extends object>(
  run: RunStatement,
  name: string,
  query: (parents: readonly number[]) => Sql,
): (parent: number) => Promise<Row[]> {
  const loader = new DataLoader<number, Row[]>(async (parents) => {
    const found = new Map<number, Row[]>(parents.map((parent) => [parent, []]));
    for (const row of await run<Row & { parent: number }>({ name, sql: query(parents) }))
      found.get(row.parent)?.push(row);
    return parents.map((parent) => found.get(parent) ?? []);
  });
  return (parent) => loader.load(parent);
}
