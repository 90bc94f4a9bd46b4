import { sql, type Sql } from '../../database/sql.ts';
import { PARTS_WITH_FIELD } from '../../digest/summary.ts';

/** SQL: the parts with a field, in the order of the usual template. */
function usualParts(alias: 'm' | 's'): Sql {
  const parts = PARTS_WITH_FIELD.map(
    ({ label, field }) => `jsonb_build_object('label', '${label}', 'text', ${alias}.${field})`,
  );
  return sql.raw(`jsonb_build_array(${parts.join(', ')})`);
}

/** SQL: the parts of the summary `m`; null if there is none. */
export const summaryParts = sql`case when m.entry_id is null then null
  else coalesce(m.parts, ${usualParts('m')}) end`;

/** SQL: what `summary.parts` has for the staged entry `s`: null if the other columns state the same. */
export const storedParts = sql`nullif(s.parts, ${usualParts('s')})`;
