import { sql, type Sql } from '../../database/sql.ts';
import { every, inDates, inLanguages, storable, type DateRange } from './conditions.ts';
import type { FilterSubject } from './filter-subject.ts';

/** Input `DigestFilter`: digests must meet all fields; absent and null fields are ignored. */
export interface DigestFilter {
  readonly dates?: DateRange | null | undefined;
  readonly languages?: readonly string[] | null | undefined;
  readonly sources?: readonly string[] | null | undefined;
  readonly raw?: boolean | null | undefined;
}

/**
 * SQL: the filter as a condition on `d`, a digest or its event; undefined if it is empty. Throws InputError
 * above 100 values in a list, and for a range of days that ends before it starts.
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
