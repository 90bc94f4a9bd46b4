import { sql } from '../../database/sql.ts';
import { authorFilter, type AuthorFilter } from '../filters/author-filter.ts';
import type { Order } from '../paging/keyset.ts';
import type { ListField } from './list-field.ts';
import { authorColumns, type AuthorRow, type AuthorshipRow, type CoauthorRow } from './rows.ts';

/** Orders of lists of authors. Ties are sorted by name. */
export type AuthorOrder = 'NAME' | 'PAPER_COUNT';

/** `Query.authors` */
export const authors: ListField<
  { readonly filter?: AuthorFilter | null | undefined; readonly orderBy: AuthorOrder },
  AuthorRow
> = {
  name: 'Query.authors',
  cursorScope: ({ filter }) => filter?.search,
  list: ({ filter, orderBy }) => {
    const condition = authorFilter(filter);
    return {
      columns: authorColumns,
      from: sql`author u`,
      where: condition ?? sql`true`,
      order: ORDERS[orderBy],
      filtered: condition !== undefined,
    };
  },
};

/** `Paper.authors`, in the paper's order. */
export const authorsOfPaper: ListField<object, AuthorshipRow> = {
  name: 'Paper.authors',
  list: () => ({
    columns: sql`${authorColumns}, a.position, a.printed_name as "printedName"`,
    from: sql`authorship a join author u on u.id = a.author_id`,
    where: sql`a.paper_id = parent.id`,
    order: [{ expression: sql`a.position`, type: 'int', descending: false }],
    filtered: false,
  }),
};

/** `Author.coauthors`: most papers together first, then by name. */
export const coauthors: ListField<object, CoauthorRow> = {
  name: 'Author.coauthors',
  list: () => ({
    columns: sql`${authorColumns}, n.papers as "sharedPapers"`,
    from: sql`(
      select b.author_id, count(distinct b.paper_id)::int as papers
      from authorship a join authorship b on b.paper_id = a.paper_id and b.author_id <> a.author_id
      where a.author_id = parent.id group by b.author_id
    ) n join author u on u.id = n.author_id`,
    where: sql`true`,
    order: [{ expression: sql`n.papers`, type: 'int', descending: true }, BY_NAME],
    filtered: false,
  }),
};

const BY_NAME: Order[number] = { expression: sql`u.name`, type: 'text', descending: false };

const ORDERS: Record<AuthorOrder, Order> = {
  NAME: [{ expression: sql`u.name_folded`, type: 'text', descending: false }, BY_NAME],
  PAPER_COUNT: [{ expression: sql`u.paper_count`, type: 'int', descending: true }, BY_NAME],
};
