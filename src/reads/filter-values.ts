import { resolveCategory } from '../arxiv/categories.ts';
import { Prisma } from '../database/generated/client.ts';
import { parseLanguage } from '../language/language.ts';
import { InputError } from './input-error.ts';

/** Both ends inclusive, YYYY-MM-DD; an absent one is open. */
export interface DateRange {
  readonly from?: string | null | undefined;
  readonly to?: string | null | undefined;
}

const MAX_VALUES = 100;

/** A list argument that is asked for: undefined where it is absent or null. Throws InputError where it is too long. */
export function asked<T>(
  argument: readonly string[],
  list: readonly T[] | null | undefined,
): readonly T[] | undefined {
  if (list === null || list === undefined) return undefined;
  if (list.length <= MAX_VALUES) return list;
  throw new InputError(argument, `expected at most ${MAX_VALUES} values, got ${list.length}`);
}

/** True of a `category c` that one of the values names: a code, an alias, or an archive as `cs.*`. */
export function isCategory(values: readonly string[]): Prisma.Sql {
  const archives = values.filter((value) => value.endsWith('.*')).map((value) => value.slice(0, -2));
  const codes = [...values.filter((value) => !value.endsWith('.*')).map(resolveCategory), ...archives];
  const prefixes = archives.map((archive) => `${archive}.`);
  return Prisma.sql`(c.code = any(${codes}::text[]) or exists (
    select 1 from unnest(${prefixes}::text[]) prefix where starts_with(c.code, prefix)))`;
}

/** True of a `digest d` whose language one of the values names; `zh` covers `zh-Hant`. */
export function hasLanguage(values: readonly string[]): Prisma.Sql {
  const tags = values.flatMap((value) => (value.trim() === '' ? [] : (parseLanguage(value) ?? [])));
  return Prisma.sql`exists (
    select 1 from unnest(${tags}::text[]) tag where d.language = tag or starts_with(d.language, tag || '-'))`;
}

/** True of a `digest d` of one of the days. Throws InputError where `from` is after `to`. */
export function isWithin(argument: readonly string[], { from, to }: DateRange): Prisma.Sql {
  if (typeof from === 'string' && typeof to === 'string' && from > to) {
    throw new InputError(argument, `expected \`from\` not to be after \`to\`, got ${from} and ${to}`);
  }
  return Prisma.sql`(d.date >= ${from ?? '-infinity'}::text::date and d.date <= ${to ?? 'infinity'}::text::date)`;
}
