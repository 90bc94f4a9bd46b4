import { Prisma } from '../database/generated/client.ts';
import { PAPERS } from './filter-subject.ts';
import { InputError } from './input-error.ts';
import type { Order } from './keyset.ts';
import type { List } from './list.ts';
import type { ListField } from './pages.ts';
import { isSearching, paperFilter, searchesOf, type PaperFilter } from './paper-filter.ts';
import { paperColumns, type ScoredPaperRow } from './rows.ts';

/** How lists of papers may be sorted; ties go by arXiv id, newest first. */
export type PaperOrder = 'NEWEST' | 'OLDEST' | 'RELEVANCE' | 'TITLE' | 'MOST_STARS';

/** What lists of papers take. */
export interface PaperArgs {
  readonly filter?: PaperFilter | null | undefined;
  /** RELEVANCE by default where the filter searches, else NEWEST. */
  readonly orderBy?: PaperOrder | null | undefined;
}

/** A field that gives papers. */
export type PaperField = ListField<PaperArgs, ScoredPaperRow>;

/** `Query.papers` */
export const papers: PaperField = paperField('Query.papers', {
  from: Prisma.sql`paper p`,
  dated: Prisma.raw('p'),
  total: Prisma.sql`(select coalesce(sum(n.papers), 0)::int from paper_count n where n.kind = 'PAPER')`,
});

/** `Author.papers`: a name that a paper prints twice has it once. */
export const papersOfAuthor: PaperField = paperField('Author.papers', {
  from: Prisma.sql`authorship a join paper p on p.id = a.paper_id`,
  where: Prisma.sql`a.author_id = parent.id`,
  dated: Prisma.raw('a'),
  repeats: true,
  total: Prisma.sql`(select u.paper_count from author u where u.id = parent.id)`,
});

/** `Category.papers` */
export const papersOfCategory: PaperField = paperField('Category.papers', {
  from: Prisma.sql`paper_category k join paper p on p.id = k.paper_id`,
  where: Prisma.sql`k.category_id = parent.id`,
  dated: Prisma.raw('k'),
  total: Prisma.sql`(select c.paper_count from category c where c.id = parent.id)`,
});

interface PaperList extends Pick<List, 'from' | 'repeats'> {
  readonly where?: Prisma.Sql;
  /** The alias to take day and place in arXiv from. */
  readonly dated: Prisma.Sql;
  /** Of the unfiltered list. */
  readonly total: Prisma.Sql;
}

function paperField(name: string, { from, where, dated, total, ...list }: PaperList): PaperField {
  return {
    name,
    cursorScope: ({ filter }) => searchesOf(filter),
    list: async ({ filter, orderBy }, { compileSearch }) => {
      const { condition, score, searching, sought } = await paperFilter(filter, PAPERS, compileSearch);
      const conditions = [where, condition].filter((each) => each !== undefined);
      return {
        ...list,
        from: Prisma.sql`${from}${searching ? SEARCHED : Prisma.empty}${score ? scoredBy(score) : Prisma.empty}`,
        columns: Prisma.sql`${paperColumns}, ${score ? SCORE : Prisma.sql`null::real`} as score`,
        where: conditions.length === 0 ? Prisma.sql`true` : Prisma.join(conditions, ' and '),
        order: orderOf(orderBy ?? defaultOrder(filter), { dated, scored: score !== undefined }),
        filtered: condition !== undefined,
        sought,
        ...(condition === undefined && { total }),
      };
    },
  };
}

const SEARCHED = Prisma.sql` join paper_search t on t.paper_id = p.id`;
const SCORE = Prisma.sql`r.score`;

/** SQL: gives the score a name, so that it is one expression, with one set of parameters, wherever the list speaks of it. */
function scoredBy(score: Prisma.Sql): Prisma.Sql {
  return Prisma.sql` cross join lateral (select ${score} as score) r`;
}

/** The order of a list of papers that nobody named. */
export function defaultOrder(filter: PaperFilter | null | undefined): PaperOrder {
  return isSearching(filter) ? 'RELEVANCE' : 'NEWEST';
}

function orderOf(orderBy: PaperOrder, { dated, scored }: { dated: Prisma.Sql; scored: boolean }): Order {
  if (orderBy !== 'RELEVANCE') return [...ORDERS[orderBy](dated), newestInArxiv(dated)];
  if (!scored)
    throw new InputError(['orderBy'], 'orderBy: RELEVANCE needs a search in the filter, outside not');
  return [{ sql: SCORE, type: 'real', descending: true }, newestInArxiv(dated)];
}

// Authorships and categories of papers repeat the day and the place in arXiv, so that a nested list by day is one
// range of their index: `dated` is the alias to take them from.
const ORDERS: Record<Exclude<PaperOrder, 'RELEVANCE'>, (dated: Prisma.Sql) => Order> = {
  NEWEST: (dated) => [{ sql: Prisma.sql`${dated}.first_digest_date`, type: 'date', descending: true }],
  OLDEST: (dated) => [{ sql: Prisma.sql`${dated}.first_digest_date`, type: 'date', descending: false }],
  TITLE: () => [{ sql: Prisma.sql`p.title_folded`, type: 'text', descending: false }],
  // Papers without code come last, those of no stars before them.
  MOST_STARS: () => [{ sql: Prisma.sql`coalesce(p.code_stars, -1)`, type: 'int', descending: true }],
};

function newestInArxiv(dated: Prisma.Sql): Order[number] {
  return { sql: Prisma.sql`${dated}.arxiv_order`, type: 'text', descending: true };
}
