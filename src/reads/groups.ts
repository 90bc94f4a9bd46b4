import DataLoader from 'dataloader';
import { Prisma } from '../database/generated/client.ts';
import { summaryCondition } from './digest-lists.ts';
import { categoryColumns, summaryColumns, type CategoryRow, type SummaryRow } from './rows.ts';
import type { Statements } from './statements.ts';

/** A category with a number of things in it. */
export interface CategoryCount {
  readonly category: CategoryRow;
  readonly count: number;
}

/** What hangs on parents as short lists without pages, each kind in one statement however many the parents. */
export function groups(statements: Statements) {
  const group = <Row extends object>(name: string, sql: (parents: readonly number[]) => Prisma.Sql) =>
    new DataLoader(async (parents: readonly number[]) => {
      const rows = await statements.run<Row & { $parent: number }>(name, sql(parents));
      const byParent = new Map<number, Row[]>(parents.map((parent) => [parent, []]));
      for (const row of rows) byParent.get(row.$parent)?.push(row);
      return parents.map((parent) => byParent.get(parent) ?? []);
    });
  return {
    categoriesOfPaper: group<CategoryRow>(
      'categories_of_papers',
      (papers) => Prisma.sql`select k.paper_id as "$parent", ${categoryColumns}
        from paper_category k join category c on c.id = k.category_id
        where k.paper_id = any(${papers}::int[]) order by k.paper_id, k.position`,
    ),
    categoriesOfAuthor: group<CategoryRow & { $count: number }>(
      'categories_of_authors',
      (authors) => Prisma.sql`select k.author_id as "$parent", ${categoryColumns}, k.papers as "$count"
        from (
          select a.author_id, l.category_id, count(distinct a.paper_id)::int as papers
          from authorship a join paper_category l on l.paper_id = a.paper_id
          where a.author_id = any(${authors}::int[]) group by a.author_id, l.category_id
        ) k join category c on c.id = k.category_id
        order by k.author_id, k.papers desc, c.code`,
    ),
    sectionsOfDigest: group<CategoryRow & { $count: number }>(
      'sections_of_digests',
      (digests) => Prisma.sql`select k.digest_id as "$parent", ${categoryColumns}, k.entries as "$count"
        from (
          select digest_id, section_id, count(*)::int as entries, min(position) as place
          from digest_entry where digest_id = any(${digests}::int[]) and current and section_id is not null
          group by digest_id, section_id
        ) k join category c on c.id = k.section_id
        order by k.digest_id, k.place`,
    ),
    digestCountOfSource: group<{ count: number }>(
      'digest_counts_of_sources',
      (sources) => Prisma.sql`select source_id as "$parent", count(*)::int as count
        from digest where source_id = any(${sources}::int[]) group by source_id`,
    ),
  };
}

/**
 * The newest summary with text (by digest date, then by ingest) of each paper in the first of `languages` that has one,
 * from `sources` alone where they are given; one statement for all papers. Throws InputError where a list is too long.
 */
export function newestSummaries(
  statements: Statements,
  languages: readonly string[],
  sources: readonly string[] | null | undefined,
): DataLoader<number, SummaryRow | null> {
  const ranks = languages.map(
    (language, rank) =>
      Prisma.sql`when ${summaryCondition({ languages: [language], sources })} then ${rank}::int`,
  );
  summaryCondition({ languages, sources });
  const rank = ranks.length === 0 ? Prisma.sql`null::int` : Prisma.sql`case ${Prisma.join(ranks, ' ')} end`;
  return new DataLoader(async (papers: readonly number[]) => {
    const rows = await statements.run<SummaryRow>(
      'newest_summaries',
      Prisma.sql`select found.* from unnest(${papers}::int[]) as parent(id) cross join lateral (
        select ${summaryColumns}
        from digest_entry e join digest d on d.id = e.digest_id join summary m on m.entry_id = e.id
          cross join lateral (select ${rank} as rank) preferred
        where e.paper_id = parent.id and e.current and m.status <> 'FAILED' and preferred.rank is not null
        order by preferred.rank, d.date desc, e.ingested_at desc, e.id desc limit 1
      ) found`,
      { prepare: false },
    );
    const byPaper = new Map(rows.map((row) => [row.paperId, row]));
    return papers.map((paper) => byPaper.get(paper) ?? null);
  });
}
