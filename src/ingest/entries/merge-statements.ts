import { sql, type Sql } from '../../database/sql.ts';
import type { DigestForm } from '../../digest/digest.ts';

/**
 * SQL that merges an entry's statements in the two forms: of the alias s (`staged`, the file's form) and of
 * the alias e (`digest_entry`, the other form).
 */
export interface MergedStatements {
  /**
   * The statement of an entry with the same content in both forms. It is the JSONL's, which states all
   * that the Markdown states, and more. `printed` in it keeps how Markdown printed link, version, section and
   * authors, if that differs.
   */
  readonly same: Sql;
  /**
   * The statement of s when it replaces e, whose content differs. Fields that only the other form states are
   * taken over from e.
   */
  readonly successor: Sql;
  /** Whether the entry stays in the section of e: the Markdown's section takes precedence. */
  readonly keepsSection: Sql;
}

/** How a file of this form is merged with stored entries of the other form. */
export function mergedStatements(form: DigestForm): MergedStatements {
  return form === 'MARKDOWN' ? MARKDOWN : JSONL;
}

/** SQL: the fields of a statement that Markdown may print in its own way. */
function printed(statement: Sql): Sql {
  return sql`jsonb_strip_nulls(jsonb_build_object(
    'url', ${statement}->'url', 'version', ${statement}->'version',
    'category', ${statement}->'category', 'authorLine', ${statement}->'authorLine'))`;
}

/** SQL: a JSONL statement with what Markdown printed, if that differs. */
function merged(jsonl: Sql, markdown: Sql): Sql {
  return sql`(${jsonl}) || case when ${markdown} = ${printed(sql`(${jsonl})`)} then '{}'::jsonb
    else jsonb_build_object('printed', ${markdown}) end`;
}

const STAGED = sql`s.statement`;
const STORED = sql`e.statement - 'printed'`;
const STORED_PRINTED = sql`coalesce(e.statement->'printed', ${printed(sql`e.statement`)})`;
const TEXTS = sql`jsonb_build_object('title', s.statement->'title', 'abstract', s.statement->'abstract',
  'authors', s.statement->'authors')`;

const MARKDOWN: MergedStatements = {
  same: merged(STORED, printed(STAGED)),
  successor: merged(sql`(${STORED}) || ${TEXTS}`, printed(STAGED)),
  keepsSection: sql`s.section is null`,
};

const JSONL: MergedStatements = {
  same: merged(STAGED, STORED_PRINTED),
  successor: merged(
    STAGED,
    sql`(case when e.statement->'authors' = s.statement->'authors' then ${STORED_PRINTED}
      else ${STORED_PRINTED} - 'authorLine' end)`,
  ),
  keepsSection: sql`${STORED_PRINTED} ? 'category'`,
};
