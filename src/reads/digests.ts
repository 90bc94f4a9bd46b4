import { Prisma } from '../database/generated/client.ts';
import { digestFilter, type DigestFilter } from './digest-filter.ts';
import { PAPERS } from './filter-subject.ts';
import type { Order } from './keyset.ts';
import type { List } from './list.ts';
import type { ListField } from './pages.ts';
import { digestColumns, sourceColumns, type DigestRow, type SourceRow } from './rows.ts';

/** How lists of digests may be sorted. */
type DigestOrder = 'NEWEST' | 'OLDEST';

/** What lists of digests take. */
export interface DigestArgs {
  readonly filter?: DigestFilter | null | undefined;
  readonly orderBy: DigestOrder;
}

/** `Query.digests` */
export const digests: ListField<DigestArgs, DigestRow> = {
  name: 'Query.digests',
  list: (args) => filtered(args, Prisma.sql`true`),
};

/** `Source.digests` */
export const digestsOfSource: ListField<DigestArgs, DigestRow> = {
  name: 'Source.digests',
  list: (args) => filtered(args, Prisma.sql`d.source_id = parent.id`),
};

/** `Paper.digests`: those that print it now, each once. */
export const digestsOfPaper: ListField<object, DigestRow> = {
  name: 'Paper.digests',
  list: () => ({
    ...DIGESTS,
    where: Prisma.sql`d.id in (
      select e.digest_id from digest_entry e where e.paper_id = parent.id and e.current)`,
    order: byDate(true),
  }),
};

/** `Query.sources`, by name. */
export const sources: ListField<object, SourceRow> = {
  name: 'Query.sources',
  list: () => ({
    columns: sourceColumns,
    from: Prisma.sql`source s`,
    where: Prisma.sql`true`,
    order: [{ sql: Prisma.sql`s.name collate "C"`, type: 'text', descending: false }],
    filtered: false,
  }),
};

const DIGESTS = {
  columns: digestColumns,
  from: Prisma.sql`digest d join source s on s.id = d.source_id`,
  filtered: false,
};

function filtered({ filter, orderBy }: DigestArgs, where: Prisma.Sql): List {
  const condition = digestFilter(filter, PAPERS);
  return {
    ...DIGESTS,
    where: condition === undefined ? where : Prisma.sql`${where} and ${condition}`,
    order: byDate(orderBy === 'NEWEST'),
    filtered: condition !== undefined,
  };
}

function byDate(descending: boolean): Order {
  return [
    { sql: Prisma.sql`d.date`, type: 'date', descending },
    { sql: Prisma.sql`d.id`, type: 'int', descending },
  ];
}
