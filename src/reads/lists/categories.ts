import { sql } from '../../database/sql.ts';
import type { Order } from '../paging/keyset.ts';
import type { ListField } from './list-field.ts';
import { categoryColumns, type CategoryRow } from './rows.ts';

/** Orders of lists of categories. Ties are sorted by code. */
export type CategoryOrder = 'CODE' | 'PAPER_COUNT';

/** `Query.categories` */
export const categories: ListField<{ readonly orderBy: CategoryOrder }, CategoryRow> = {
  name: 'Query.categories',
  list: ({ orderBy }) => ({
    columns: categoryColumns,
    from: sql`category c`,
    where: sql`true`,
    order: ORDERS[orderBy],
    filtered: false,
  }),
};

const BY_CODE: Order[number] = { expression: sql`c.code`, type: 'text', descending: false };

const ORDERS: Record<CategoryOrder, Order> = {
  CODE: [BY_CODE],
  PAPER_COUNT: [{ expression: sql`c.paper_count`, type: 'int', descending: true }, BY_CODE],
};
