import { Prisma } from '../database/generated/client.ts';
import type { Order } from './keyset.ts';
import type { ListField } from './pages.ts';
import { categoryColumns, type CategoryRow } from './rows.ts';

/** How lists of categories may be sorted; ties go by code. */
export type CategoryOrder = 'CODE' | 'PAPER_COUNT';

/** `Query.categories` */
export const categories: ListField<{ readonly orderBy: CategoryOrder }, CategoryRow> = {
  name: 'Query.categories',
  list: ({ orderBy }) => ({
    columns: categoryColumns,
    from: Prisma.sql`category c`,
    where: Prisma.sql`true`,
    order: ORDERS[orderBy],
    filtered: false,
  }),
};

const BY_CODE: Order[number] = { sql: Prisma.sql`c.code`, type: 'text', descending: false };

const ORDERS: Record<CategoryOrder, Order> = {
  CODE: [BY_CODE],
  PAPER_COUNT: [{ sql: Prisma.sql`c.paper_count`, type: 'int', descending: true }, BY_CODE],
};
