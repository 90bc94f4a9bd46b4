import { namedCategories } from '../../arxiv/categories.ts';
import { hasText } from '../../database/model.ts';
import { sql, type Sql } from '../../database/sql.ts';
import { fold } from '../../language/fold.ts';
import { authorIds, categoryIds, ofSources } from './conditions.ts';
import { hasWords } from './name-conditions.ts';

/**
 * The SQL conditions of a filter, for papers of the store or for events of the feed. Both are compiled alike,
 * but store their facts in different columns. In either case `d` has the date and language, and `t` has the
 * search vector.
 */
export interface FilterSubject {
  readonly arxivId: Sql;
  readonly hasCode: Sql;
  /** Codes, archives or aliases, as in `PaperFilter`. */
  readonly inCategories: (values: readonly string[]) => Sql;
  readonly inPrimaryCategory: (values: readonly string[]) => Sql;
  /** Exact names. */
  readonly writtenBy: (names: readonly string[]) => Sql;
  /** Whole names, ignoring case and accents. */
  readonly writtenByAny: (names: readonly string[]) => Sql;
  /** Folded words, all in the name of one author. */
  readonly writtenByName: (words: readonly string[]) => Sql;
  /** One current entry meets all conditions: the two below, and those on `d`. */
  readonly hasEntry: (conditions: Sql) => Sql;
  readonly ofSources: (names: readonly string[]) => Sql;
  readonly hasSummary: (wanted: boolean) => Sql;
  /** Any current entry has a summary: what `hasEntry` and `hasSummary` say together, if that is all. */
  readonly isSummarized: Sql;
}

/** Conditions on `paper p`, with `paper_search t`. */
export const PAPERS: FilterSubject = {
  arxivId: sql`p.arxiv_id`,
  hasCode: sql`(p.code_url is not null)`,
  inCategories: (values) => sql`exists (select 1 from paper_category k
    where k.paper_id = p.id and k.category_id = any(${categoryIds(values)}))`,
  inPrimaryCategory: (values) => sql`(p.primary_category_id is not null
    and p.primary_category_id = any(${categoryIds(values)}))`,
  writtenBy: (names) =>
    authoredBy(sql`array(select u.id from author u where u.name = any(${names}::text[]))`),
  writtenByAny: (names) => authoredBy(authorIds(names)),
  writtenByName: (words) =>
    authoredBy(sql`array(select u.id from author u where ${hasWords(sql.raw('u.name_words'), words)})`),
  hasEntry: (conditions) => sql`exists (select 1 from digest_entry e join digest d on d.id = e.digest_id
    where e.paper_id = p.id and e.current and ${conditions})`,
  ofSources,
  // `exists` and `not exists`, instead of a comparison with `wanted`: Postgres can turn only these into
  // joins.
  hasSummary: (wanted) => sql`${wanted ? sql.empty : sql`not `}exists (
    select 1 from summary m where m.entry_id = e.id and ${hasText('m')})`,
  isSummarized: sql`p.has_summary`,
};

/**
 * As PAPERS, for a list that is walked in its order: `offset` keeps Postgres from a join that finds all papers
 * first.
 */
export const WALKED_PAPERS: FilterSubject = {
  ...PAPERS,
  hasEntry: (conditions) => sql`exists (select 1 from digest_entry e join digest d on d.id = e.digest_id
    where e.paper_id = p.id and e.current and ${conditions} offset 0)`,
};

function authoredBy(ids: Sql): Sql {
  return sql`exists (select 1 from authorship a where a.paper_id = p.id and a.author_id = any(${ids}))`;
}

/** Conditions on `feed_event d`, which stores all facts that filters need; `t` has its search vector. */
export const EVENTS: FilterSubject = {
  arxivId: sql`d.arxiv_id`,
  hasCode: sql`d.has_code`,
  inCategories: (values) => {
    const { codes, archives } = namedCategories(values);
    const inCodes = sql`d.categories && ${codes}::text[]`;
    if (archives.length === 0) return inCodes;
    return sql`(${inCodes} or exists (
      select 1 from unnest(d.categories) c(code)
      where split_part(c.code, '.', 1) = any(${archives}::text[])))`;
  },
  inPrimaryCategory: (values) => {
    const { codes, archives } = namedCategories(values);
    return sql`coalesce(d.categories[1] = any(${codes}::text[])
      or split_part(d.categories[1], '.', 1) = any(${archives}::text[]), false)`;
  },
  writtenBy: (names) => sql`d.author_names && ${names}::text[]`,
  writtenByAny: (names) => sql`d.author_folded && ${names.map(fold)}::text[]`,
  writtenByName: (words) => sql`exists (
    select 1 from unnest(d.author_words) a(words) where ${hasWords(sql.raw('a.words'), words)})`,
  hasEntry: (conditions) => conditions,
  ofSources: (names) => sql`d.source = any(${names}::text[])`,
  hasSummary: (wanted) => sql`d.has_summary = ${wanted}`,
  isSummarized: sql`d.has_summary`,
};
