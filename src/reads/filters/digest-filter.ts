import { sql, type Sql } from '../../database/sql.ts';
import { every, inDates, inLanguages, storable, type DateRange } from './conditions.ts';
import type { FilterSubject } from './filter-subject.ts';

/** The contract's DigestFilter: all fields must hold, absent and null ask nothing. */
export interface DigestFilter {
  readonly dates?: DateRange | null | undefined;
  readonly languages?: readonly string[] | null | undefined;
  readonly sources?: readonly string[] | null | undefined;
  readonly raw?: boolean | null | undefined;
}

/**
 * The filter as an SQL condition on d, a digest or an event of one; undefined where it asks nothing. Throws InputError above 100 values a
 * list, and for a range of days that ends before it starts.
 */
export function digestFilter(
  filter: DigestFilter | null | undefined,
  { ofSources }: Pick<FilterSubject, 'ofSources'>,
): Sql | undefined {
  const { dates, languages, sources, raw } = filter ?? {};
  const conditions: Sql[] = [];
  if (dates) conditions.push(inDates(dates, ['filter', 'dates']));
  if (languages) conditions.push(inLanguages(storable(languages, ['filter', 'languages'])));
  if (sources) conditions.push(ofSources(storable(sources, ['filter', 'sources'])));
  if (typeof raw === 'boolean') conditions.push(sql`(d.language is null) = ${raw}`);
  return every(conditions);
}
