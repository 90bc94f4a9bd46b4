import { Prisma } from '../database/generated/client.ts';
import type { Order } from './order.ts';
import type { ListQuery } from './page.ts';
import { paperColumns } from './rows.ts';

/** How lists of papers can be sorted; ties go by arXiv id, newest first. */
export type PaperOrder = 'NEWEST' | 'OLDEST' | 'TITLE' | 'MOST_STARS';

/** A condition on `paper p`; undefined where nothing is asked. */
export type PaperCondition = Prisma.Sql | undefined;

/** All papers. */
export function allPapers(order: PaperOrder, condition: PaperCondition): ListQuery {
  return {
    name: 'papers',
    columns: paperColumns,
    from: Prisma.sql`paper p where ${condition ?? Prisma.sql`true`}`,
    ...sorted(order, 'p'),
    prepare: condition === undefined,
  };
}

/** Papers of the author `parent`; one whose name the paper prints twice has it once. */
export function papersOfAuthor(order: PaperOrder, condition: PaperCondition): ListQuery {
  return {
    name: 'papers_of_authors',
    columns: paperColumns,
    from: Prisma.sql`authorship k join paper p on p.id = k.paper_id
      where k.author_id = parent.id and k.position = (
        select min(o.position) from authorship o where o.paper_id = k.paper_id and o.author_id = k.author_id)
      and ${condition ?? Prisma.sql`true`}`,
    ...sorted(order, 'k'),
    ...unfilteredTotal(condition, Prisma.sql`(select a.paper_count from author a where a.id = parent.id)`),
  };
}

/** Papers of the category `parent`, cross-lists included. */
export function papersOfCategory(order: PaperOrder, condition: PaperCondition): ListQuery {
  return {
    name: 'papers_of_categories',
    columns: paperColumns,
    from: Prisma.sql`paper_category k join paper p on p.id = k.paper_id
      where k.category_id = parent.id and ${condition ?? Prisma.sql`true`}`,
    ...sorted(order, 'k'),
    ...unfilteredTotal(condition, Prisma.sql`(select c.paper_count from category c where c.id = parent.id)`),
  };
}

function unfilteredTotal(condition: PaperCondition, total: Prisma.Sql): Pick<ListQuery, 'total' | 'prepare'> {
  return condition === undefined ? { total } : { prepare: false };
}

/** `listed` is the table whose index runs in the order of listing: the paper's own, or one that links to it. */
function sorted(order: PaperOrder, listed: 'p' | 'k'): Pick<ListQuery, 'orderName' | 'order'> {
  const date = Prisma.raw(`${listed}.first_digest_date`);
  const newest = { sql: Prisma.raw(`${listed}.arxiv_order`), type: 'text', descending: true } as const;
  const orders: Record<PaperOrder, Order> = {
    NEWEST: [{ sql: date, type: 'date', descending: true }, newest],
    OLDEST: [{ sql: date, type: 'date' }, newest],
    TITLE: [{ sql: Prisma.sql`p.title_folded`, type: 'text' }, newest],
    MOST_STARS: [{ sql: Prisma.sql`coalesce(p.code_stars, -1)`, type: 'int', descending: true }, newest],
  };
  return { orderName: order, order: orders[order] };
}
