import { sql, type Sql } from '../../database/sql.ts';
import { digestFilter, type DigestFilter } from '../filters/digest-filter.ts';
import { PAPERS } from '../filters/filter-subject.ts';
import type { Order } from '../paging/keyset.ts';
import type { List } from '../paging/list-sql.ts';
import type { ListField } from './list-field.ts';
import { digestColumns, sourceColumns, type DigestRow, type SourceRow } from './rows.ts';

/** Orders of lists of digests. */
type DigestOrder = 'NEWEST' | 'OLDEST';

/** Arguments of lists of digests. */
export interface DigestArgs {
  readonly filter?: DigestFilter | null | undefined;
  readonly orderBy: DigestOrder;
}

/** `Query.digests` */
export const digests: ListField<DigestArgs, DigestRow> = {
  name: 'Query.digests',
  list: (args) => filtered(args, sql`true`),
};

/** `Source.digests` */
export const digestsOfSource: ListField<DigestArgs, DigestRow> = {
  name: 'Source.digests',
  list: (args) => filtered(args, sql`d.source_id = parent.id`),
};

/** `Paper.digests`: the digests with a current entry of the paper, each once. */
export const digestsOfPaper: ListField<object, DigestRow> = {
  name: 'Paper.digests',
  list: () => ({
    ...DIGESTS,
    where: sql`d.id in (
      select e.digest_id from digest_entry e where e.paper_id = parent.id and e.current)`,
    order: byDate(true),
  }),
};

/** `Query.sources`, by name. */
export const sources: ListField<object, SourceRow> = {
  name: 'Query.sources',
  list: () => ({
    columns: sourceColumns,
    from: sql`source s`,
    where: sql`true`,
    order: [{ expression: sql`s.name collate "C"`, type: 'text', descending: false }],
    filtered: false,
  }),
};

const DIGESTS = {
  columns: digestColumns,
  from: sql`digest d join source s on s.id = d.source_id`,
  filtered: false,
};

function filtered({ filter, orderBy }: DigestArgs, where: Sql): List {
  const condition = digestFilter(filter, PAPERS);
  return {
    ...DIGESTS,
    where: condition === undefined ? where : sql`${where} and ${condition}`,
    order: byDate(orderBy === 'NEWEST'),
    filtered: condition !== undefined,
  };
}

function byDate(descending: boolean): Order {
  return [
    { expression: sql`d.date`, type: 'date', descending },
    { expression: sql`d.id`, type: 'int', descending },
  ];
}
