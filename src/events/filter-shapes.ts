import { sql, type Sql } from '../database/sql.ts';
import type { EventFilter } from './event-filter.ts';

/** The condition of a filter, apart from its values. */
interface Shape {
  /**
   * The condition on the event row `d`, its search vector `t`, and a row `f` of values. Filters with the same
   * text differ in their values only.
   */
  readonly text: string;
  /** The Postgres type of each value. */
  readonly types: readonly string[];
  readonly values: readonly unknown[];
}

/** Equal for filters that differ in their values only. */
export function shapeKey(filter: EventFilter): string {
  return shapeOf(filter).text;
}

/**
 * SQL for a row (`index`, `position`) of each event in `d` that a filter selects; `index` is that of the
 * filter. Filters of one shape are rows of a table of their values: Postgres would spend more time on
 * planning a condition for each filter than on the matching.
 */
export function selectMatches(filters: readonly EventFilter[]): Sql {
  const groups = new Map<string, { shape: Shape; indexes: number[]; rows: (readonly unknown[])[] }>();
  for (const [index, filter] of filters.entries()) {
    const shape = shapeOf(filter);
    const group = groups.get(shape.text) ?? { shape, indexes: [], rows: [] };
    groups.set(shape.text, group);
    group.indexes.push(index);
    group.rows.push(shape.values);
  }
  const selects = [...groups.values()].map(({ shape: { text, types }, indexes, rows }) => {
    const names = types.map((_type, place) => `v${place}`);
    const casts = types.map((type, place) => `v${place}::${type}`);
    const columns = types.map((_type, place) => sql`${rows.map((row) => literal(row[place]))}::text[]`);
    // Materialized, so that Postgres parses each value once, and not for every event.
    return sql`(with f as materialized (
        select index, ${sql.raw(casts.join())}
        from unnest(${indexes}::int[], ${sql.join(columns)}) u(index, ${sql.raw(names.join())}))
      select f.index, d.position from d cross join lateral (select d.vector, d.clipped) t cross join f
      where ${sql.raw(text)})`;
  });
  return sql.join(selects, ' union all ');
}

/** The type after a value, as in `$1::text[]`. */
const CAST = /^::(\w+(?:\[\])?)/;

function shapeOf({ kinds, condition }: EventFilter): Shape {
  const { strings, values } = sql`d.kind = any(${[...kinds]}::event_kind[]) and ${condition ?? sql`true`}`;
  const types = values.map((value, place) => {
    const cast = CAST.exec(strings[place + 1] ?? '')?.[1];
    return cast ?? (typeof value === 'boolean' ? 'boolean' : 'text');
  });
  const [first = '', ...others] = strings;
  const text = first + others.map((other, place) => `f.v${place}${other}`).join('');
  // A value without a cast has the type that it has in JavaScript.
  return { text: `${text} /* ${types.join()} */`, types, values };
}

/** A value as Postgres reads it from text. */
function literal(value: unknown): string {
  return Array.isArray(value) ? `{${value.map((each) => quoted(String(each))).join()}}` : String(value);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}
