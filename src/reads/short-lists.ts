import DataLoader from 'dataloader';
import { sql, type Sql } from '../database/sql.ts';
import type { RunStatement } from '../database/statements.ts';
import { bestSummaries, type SummaryArgs } from './lists/entries.ts';
import { categoryColumns, type CategoryRow, type SummaryRow } from './lists/rows.ts';
import { remember, rowsByParent } from './paging/by-parent.ts';

/** A category of an author or digest, with its number of papers or entries there. */
export interface CountedCategory extends CategoryRow {
  readonly count: number;
}

/** Lists that are short enough to have no pages, by the id of their parent. */
export type ShortLists = ReturnType<typeof shortLists>;

/** The short lists of one request. Those of many parents are one statement, and each is read once. */
export function shortLists(run: RunStatement) {
  const summaries = new Map<string, (paperId: number) => Promise<SummaryRow[]>>();
  return {
    /** In arXiv's order. */
    categoriesOfPaper: shortListReader<CategoryRow>(run, 'Paper.categories', categoriesOfPapers),
    /** Most papers first. */
    categoriesOfAuthor: shortListReader<CountedCategory>(run, 'Author.categories', categoriesOfAuthors),
    /** In the order of their sections. */
    categoriesOfDigest: shortListReader<CountedCategory>(run, 'Digest.categories', categoriesOfDigests),
    /** One row; none if the source has no digest. */
    digestCountOfSource: shortListReader<{ count: number }>(run, 'Source.digestCount', digestCounts),
    /** One row at most. Throws InputError above 100 languages or sources. */
    summaryOfPaper: async (paperId: number, args: SummaryArgs): Promise<SummaryRow[]> => {
      const load = remember(summaries, JSON.stringify(args), () =>
        shortListReader(run, 'Paper.summary', (ids) => bestSummaries(ids, args)),
      );
      return await load(paperId);
    },
  };
}

const categoriesOfPapers = (ids: readonly number[]) => sql`
  select k.paper_id as parent, ${categoryColumns}
  from paper_category k join category c on c.id = k.category_id
  where k.paper_id = any(${ids}::int[]) order by k.paper_id, k.position`;

// An author may be printed twice on one paper, so papers are counted, not authorships.
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

/** Reads whole lists by the ids of their parents, in batches. `query` returns each row with its `parent`. */
export function shortListReader<Row extends object>(
  run: RunStatement,
  name: string,
  query: (parents: readonly number[]) => Sql,
): (parent: number) => Promise<Row[]> {
  const loader = new DataLoader<number, Row[]>(async (parents) =>
    rowsByParent(parents, await run<Row & { parent: number }>({ name, sql: query(parents) })),
  );
  return async (parent) => await loader.load(parent);
}
