import { sql, type Sql } from '../database/sql.ts';
import type { DigestForm } from '../digest/digest.ts';

/** SQL about an entry of both forms, from the aliases s (staged, of the form at hand) and e (digest_entry, of the other form). */
export interface BothForms {
  /**
   * The statement of an entry that says the same in both forms: that of the JSONL, which states all that Markdown does and more,
   * and beside it, where that differs, how Markdown printed link, version, section and authors.
   */
  readonly same: Sql;
  /** The statement of s where it takes the place of e, which says something else: what only the other form states stays. */
  readonly successor: Sql;
  /** Whether the section is that of e. */
  readonly keepsSection: Sql;
}

/** What becomes of entries of the other form as a file of this form comes in. */
export function bothForms(form: DigestForm): BothForms {
  return form === 'MARKDOWN' ? MARKDOWN : JSONL;
}

/** SQL: what Markdown prints of a statement in its own way. */
function printed(statement: Sql): Sql {
  return sql`jsonb_strip_nulls(jsonb_build_object('url', ${statement}->'url', 'version', ${statement}->'version',
    'category', ${statement}->'category', 'authorLine', ${statement}->'authorLine'))`;
}

/** SQL: a JSONL statement and what Markdown prints in its own way. */
function merged(jsonl: Sql, markdown: Sql): Sql {
  return sql`(${jsonl}) || case when ${markdown} = ${printed(sql`(${jsonl})`)} then '{}'::jsonb
    else jsonb_build_object('printed', ${markdown}) end`;
}

const STAGED = sql`s.statement`;
const STORED = sql`e.statement - 'printed'`;
const STORED_PRINTED = sql`coalesce(e.statement->'printed', ${printed(sql`e.statement`)})`;
const TEXTS = sql`jsonb_build_object('title', s.statement->'title', 'abstract', s.statement->'abstract',
  'authors', s.statement->'authors')`;

const MARKDOWN: BothForms = {
  same: merged(STORED, printed(STAGED)),
  successor: merged(sql`(${STORED}) || ${TEXTS}`, printed(STAGED)),
  keepsSection: sql`s.section is null`,
};

const JSONL: BothForms = {
  same: merged(STAGED, STORED_PRINTED),
  successor: merged(
    STAGED,
    sql`(case when e.statement->'authors' = s.statement->'authors' then ${STORED_PRINTED}
      else ${STORED_PRINTED} - 'authorLine' end)`,
  ),
  keepsSection: sql`${STORED_PRINTED} ? 'category'`,
};
