import { sql, type Sql } from '../database/sql.ts';
import { allOf, andThen, type Maybe } from './cache/maybe.ts';
import type { Lookups } from './lookups.ts';
import type { Load, LoaderOptions } from './cache/read-cache.ts';
import type { Store } from './cache/store.ts';
import type { RunStatement } from '../database/statements.ts';
import { bestSummaries, type SummaryArgs } from './lists/entries.ts';
import { categoryColumns, type CategoryRow, type SummaryRow } from './lists/rows.ts';
import { rowsByParent } from './paging/by-parent.ts';

/** A category of an author or digest, with its number of papers or entries there. */
export interface CountedCategory extends CategoryRow {
  readonly count: number;
}

/** Lists that are short enough to have no pages, by the id of their parent. */
export type ShortLists = ReturnType<typeof shortLists>;

/** Makes the reader of short lists. Those of many parents are one statement, and each is read once. */
export function shortLists(store: Store, { categoryById }: Pick<Lookups, 'categoryById'>) {
  const categoryIds = categoryIdReader(store, categoryById);
  return {
    /** In arXiv's order. */
    categoriesOfPaper: (paperId: number): Maybe<readonly CategoryRow[]> =>
      andThen(categoryIds(paperId), (ids) =>
        andThen(allOf(ids.map(({ id }) => categoryById(id))), (rows) => rows.filter((row) => row !== null)),
      ),
    /** Most papers first. */
    categoriesOfAuthor: shortListReader<CountedCategory>(store, 'Author.categories', categoriesOfAuthors),
    /** In the order of their sections. */
    categoriesOfDigest: shortListReader<CountedCategory>(store, 'Digest.categories', categoriesOfDigests),
    /** One row; none if the source has no digest. */
    digestCountOfSource: shortListReader<{ count: number }>(store, 'Source.digestCount', digestCounts),
    /** One row at most. Throws InputError above 100 languages or sources. */
    summaryOfPaper: summaryReader(store),
  };
}

/** Reads the ids of the categories of papers, and the categories that are not known yet. */
function categoryIdReader(
  { run, cache }: Store,
  categoryById: Lookups['categoryById'],
): Load<number, readonly { id: number }[]> {
  const { read } = byParent<{ id: number }>(run, 'Paper.categories', categoriesOfPapers);
  return cache.loader<number, readonly { id: number }[]>({
    read: async (papers) => {
      const lists = await read(papers);
      // Together, so that what is nested in the categories is read together, too.
      await allOf(lists.flat().map(({ id }) => categoryById(id)));
      return lists;
    },
  });
}

const categoriesOfPapers = (ids: readonly number[]) => sql`
  select k.paper_id as parent, k.category_id as id from paper_category k
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
  { run, cache }: Store,
  name: string,
  query: (parents: readonly number[]) => Sql,
): Load<number, readonly Row[]> {
  return cache.loader(byParent<Row>(run, name, query));
}

/** The best summary of each paper. Papers with equal arguments are read together. */
function summaryReader({ run, cache }: Store) {
  const name = 'Paper.summary';
  return (paperId: number, args: SummaryArgs): Maybe<readonly SummaryRow[]> => {
    const load = cache.loaderOf(name + JSON.stringify(args), () =>
      byParent<SummaryRow>(run, name, (ids) => bestSummaries(ids, args)),
    );
    return load(paperId);
  };
}

function byParent<Row extends object>(
  run: RunStatement,
  name: string,
  query: (parents: readonly number[]) => Sql,
): LoaderOptions<number, readonly Row[]> {
  return {
    read: async (parents) =>
      rowsByParent(parents, await run<Row & { parent: number }>({ name, sql: query(parents) })),
  };
}
