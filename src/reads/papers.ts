import { Prisma } from '../database/generated/client.ts';
import type { Order } from './keyset.ts';
import type { ListField } from './pages.ts';
import { paperFilter, type PaperFilter } from './paper-filter.ts';
import { paperColumns, type PaperRow } from './rows.ts';

/** How lists of papers may be sorted; ties go by arXiv id, newest first. */
export type PaperOrder = 'NEWEST' | 'OLDEST' | 'TITLE' | 'MOST_STARS';

/** What lists of papers take. */
export interface PaperArgs {
  readonly filter?: PaperFilter | null | undefined;
  /** NEWEST by default. */
  readonly orderBy?: PaperOrder | null | undefined;
}

/** `Query.papers` */
export const papers: ListField<PaperArgs, PaperRow> = {
  name: 'Query.papers',
  list: ({ filter, orderBy }) => {
    const condition = paperFilter(filter);
    return {
      columns: paperColumns,
      from: Prisma.sql`paper p`,
      where: condition ?? Prisma.sql`true`,
      order: ORDERS[orderBy ?? 'NEWEST'](Prisma.raw('p')),
      filtered: condition !== undefined,
    };
  },
};

/** `Author.papers`: a name that a paper prints twice has it once. */
export const papersOfAuthor: ListField<PaperArgs, PaperRow> = {
  name: 'Author.papers',
  list: ({ filter, orderBy }) => {
    const condition = paperFilter(filter);
    return {
      columns: paperColumns,
      from: Prisma.sql`authorship a join paper p on p.id = a.paper_id`,
      where: Prisma.sql`a.author_id = parent.id and ${condition ?? Prisma.sql`true`}`,
      order: ORDERS[orderBy ?? 'NEWEST'](Prisma.raw('a')),
      repeats: true,
      filtered: condition !== undefined,
      ...(condition === undefined && {
        total: Prisma.sql`(select u.paper_count from author u where u.id = parent.id)`,
      }),
    };
  },
};

/** `Category.papers` */
export const papersOfCategory: ListField<PaperArgs, PaperRow> = {
  name: 'Category.papers',
  list: ({ filter, orderBy }) => {
    const condition = paperFilter(filter);
    return {
      columns: paperColumns,
      from: Prisma.sql`paper_category k join paper p on p.id = k.paper_id`,
      where: Prisma.sql`k.category_id = parent.id and ${condition ?? Prisma.sql`true`}`,
      order: ORDERS[orderBy ?? 'NEWEST'](Prisma.raw('k')),
      filtered: condition !== undefined,
      ...(condition === undefined && {
        total: Prisma.sql`(select c.paper_count from category c where c.id = parent.id)`,
      }),
    };
  },
};

// Authorships and categories of papers repeat the day and the place in arXiv, so that a nested list by day is one
// range of their index: `dated` is the alias to take them from.
const ORDERS: Record<PaperOrder, (dated: Prisma.Sql) => Order> = {
  NEWEST: (dated) => [
    { sql: Prisma.sql`${dated}.first_digest_date`, type: 'date', descending: true },
    newestInArxiv(dated),
  ],
  OLDEST: (dated) => [
    { sql: Prisma.sql`${dated}.first_digest_date`, type: 'date', descending: false },
    newestInArxiv(dated),
  ],
  TITLE: (dated) => [
    { sql: Prisma.sql`p.title_folded`, type: 'text', descending: false },
    newestInArxiv(dated),
  ],
  // Papers without code come last, those of no stars before them.
  MOST_STARS: (dated) => [
    { sql: Prisma.sql`coalesce(p.code_stars, -1)`, type: 'int', descending: true },
    newestInArxiv(dated),
  ],
};

function newestInArxiv(dated: Prisma.Sql): Order[number] {
  return { sql: Prisma.sql`${dated}.arxiv_order`, type: 'text', descending: true };
}
