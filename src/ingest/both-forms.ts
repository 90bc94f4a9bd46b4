import { Prisma } from '../database/generated/client.ts';
import type { DigestForm } from '../digest/digest.ts';

/** SQL about an entry of both forms, from the aliases s (staged, of the form at hand) and e (digest_entry, of the other form). */
export interface BothForms {
  /**
   * The statement of an entry that says the same in both forms: that of the JSONL, which states all that Markdown does and more,
   * and beside it, where that differs, how Markdown printed link, version, section and authors.
   */
  readonly same: Prisma.Sql;
  /** The statement of s where it takes the place of e, which says something else: what only the other form states stays. */
  readonly successor: Prisma.Sql;
  /** Whether the section is that of e. */
  readonly keepsSection: Prisma.Sql;
}

/** What becomes of entries of the other form as a file of this form comes in. */
export function bothForms(form: DigestForm): BothForms {
  return form === 'MARKDOWN' ? MARKDOWN : JSONL;
}

/** SQL: what Markdown prints of a statement in its own way. */
function printed(statement: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`jsonb_strip_nulls(jsonb_build_object('url', ${statement}->'url', 'version', ${statement}->'version',
    'category', ${statement}->'category', 'authorLine', ${statement}->'authorLine'))`;
}

/** SQL: a JSONL statement and what Markdown prints in its own way. */
function merged(jsonl: Prisma.Sql, markdown: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(${jsonl}) || case when ${markdown} = ${printed(Prisma.sql`(${jsonl})`)} then '{}'::jsonb
    else jsonb_build_object('printed', ${markdown}) end`;
}

const STAGED = Prisma.sql`s.statement`;
const STORED = Prisma.sql`e.statement - 'printed'`;
const STORED_PRINTED = Prisma.sql`coalesce(e.statement->'printed', ${printed(Prisma.sql`e.statement`)})`;
const TEXTS = Prisma.sql`jsonb_build_object('title', s.statement->'title', 'abstract', s.statement->'abstract',
  'authors', s.statement->'authors')`;

const MARKDOWN: BothForms = {
  same: merged(STORED, printed(STAGED)),
  successor: merged(Prisma.sql`(${STORED}) || ${TEXTS}`, printed(STAGED)),
  keepsSection: Prisma.sql`s.section is null`,
};

const JSONL: BothForms = {
  same: merged(STAGED, STORED_PRINTED),
  successor: merged(
    STAGED,
    Prisma.sql`(case when e.statement->'authors' = s.statement->'authors' then ${STORED_PRINTED}
      else ${STORED_PRINTED} - 'authorLine' end)`,
  ),
  keepsSection: Prisma.sql`${STORED_PRINTED} ? 'category'`,
};
