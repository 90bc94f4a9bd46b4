import { Prisma } from '../database/generated/client.ts';
import { fold } from '../language/fold.ts';
import { asked, isCategory } from './filter-values.ts';
import type { ListQuery } from './page.ts';
import { authorColumns, categoryColumns, sourceColumns } from './rows.ts';

/** `AuthorFilter` of the schema. */
export interface AuthorFilter {
  readonly names?: readonly string[] | null | undefined;
  readonly categories?: readonly string[] | null | undefined;
  readonly minPaperCount?: number | null | undefined;
}

/** All authors. Throws InputError where the filter is too large. */
export function allAuthors(
  order: 'NAME' | 'PAPER_COUNT',
  filter: AuthorFilter | null | undefined,
): ListQuery {
  const name = { sql: Prisma.sql`a.name`, type: 'text' } as const;
  const conditions = authorConditions(filter ?? {});
  return {
    name: 'authors',
    columns: authorColumns,
    from: Prisma.sql`author a where ${Prisma.join([Prisma.sql`true`, ...conditions], ' and ')}`,
    orderName: order,
    order:
      order === 'NAME'
        ? [{ sql: Prisma.sql`a.name_folded`, type: 'text' }, name]
        : [{ sql: Prisma.sql`a.paper_count`, type: 'int', descending: true }, name],
    prepare: conditions.length === 0,
  };
}

function authorConditions({ names, categories, minPaperCount }: AuthorFilter): Prisma.Sql[] {
  const folded = asked(['filter', 'names'], names)?.map(fold);
  const codes = asked(['filter', 'categories'], categories);
  return [
    folded && Prisma.sql`a.name_folded = any(${folded}::text[])`,
    codes &&
      Prisma.sql`exists (select 1 from authorship k join paper_category l on l.paper_id = k.paper_id
        join category c on c.id = l.category_id where k.author_id = a.id and ${isCategory(codes)})`,
    typeof minPaperCount === 'number' ? Prisma.sql`a.paper_count >= ${minPaperCount}` : undefined,
  ].filter((condition) => condition !== undefined);
}

/** Authors of the paper `parent`, in its order. */
export const authorsOfPaper: ListQuery = {
  name: 'authors_of_papers',
  columns: Prisma.sql`${authorColumns}, k.position, k.printed_name as "printedName"`,
  from: Prisma.sql`authorship k join author a on a.id = k.author_id where k.paper_id = parent.id`,
  orderName: 'POSITION',
  order: [{ sql: Prisma.sql`k.position`, type: 'int' }],
};

/** All categories. */
export function allCategories(order: 'CODE' | 'PAPER_COUNT'): ListQuery {
  const code = { sql: Prisma.sql`c.code`, type: 'text' } as const;
  const most = { sql: Prisma.sql`c.paper_count`, type: 'int', descending: true } as const;
  return {
    name: 'categories',
    columns: categoryColumns,
    from: Prisma.sql`category c where true`,
    orderName: order,
    order: order === 'CODE' ? [code] : [most, code],
  };
}

/** All sources, by name. */
export const allSources: ListQuery = {
  name: 'sources',
  columns: sourceColumns,
  from: Prisma.sql`source s where true`,
  orderName: 'NAME',
  order: [{ sql: Prisma.sql`s.name collate "C"`, type: 'text' }],
};
