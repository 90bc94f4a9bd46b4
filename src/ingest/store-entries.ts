import { sql, type Sql } from '../database/sql.ts';
import type { DigestForm } from '../digest/digest.ts';
import { bothForms } from './both-forms.ts';
import { matchRead } from './match-read.ts';
import { mergeSummaries } from './merge-summaries.ts';
import { numberEntries } from './number-entries.ts';
import { entryKey } from './resolve-digest.ts';
import type { StoredDigest } from './stored-digest.ts';
import type { Transaction } from '../database/transaction.ts';

/**
 * Makes the staged entries what `digest` prints in this form, and puts into the temporary table `affected` the papers
 * whose state may have changed by it (`added`: new to the store). An entry with the same content stays the row that
 * it is and is enriched; a changed one is a new row, and the old one is superseded, never overwritten.
 */
export async function storeEntries(tx: Transaction, digest: StoredDigest, form: DigestForm): Promise<void> {
  await addPapers(tx, digest);
  await addSections(tx);
  await matchEntries(tx, digest);
  await matchRead(tx, digest, form);
  const columns = columnsOf(form);
  await unprint(tx, digest, columns);
  await supersede(tx, digest, form, columns);
  if (form === 'JSONL') await mergeSummaries(tx);
  await enrich(tx, form, columns);
  await insertEntries(tx, digest, columns);
  await insertSummaries(tx);
  await numberEntries(tx, digest);
}

/** The column with the place in the form at hand, and the one with the place in the other form. */
interface Columns {
  readonly own: Sql;
  readonly other: Sql;
}

function columnsOf(form: DigestForm): Columns {
  const markdown = sql.raw('markdown_position');
  const jsonl = sql.raw('jsonl_position');
  return form === 'MARKDOWN' ? { own: markdown, other: jsonl } : { own: jsonl, other: markdown };
}

/** New papers are empty until their state is worked out, in the same transaction. */
async function addPapers(tx: Transaction, digest: StoredDigest): Promise<void> {
  await tx.execute`
    with added as (
      insert into paper (arxiv_id, arxiv_order, title, title_folded, abstract, subject_classes, first_digest_date)
      select distinct arxiv_id, arxiv_order, '', '', '', '{}'::text[],
        (select date from digest where id = ${digest.id})
      from staged s where not exists (select 1 from paper p where p.arxiv_id = s.arxiv_id)
      returning id
    )
    insert into affected (paper_id, added) select id, true from added`;
  await tx.execute`update staged s set paper_id = p.id from paper p where p.arxiv_id = s.arxiv_id`;
  await tx.execute`
    insert into affected (paper_id) select distinct paper_id from staged on conflict do nothing`;
}

async function addSections(tx: Transaction): Promise<void> {
  await tx.execute`
    insert into category (code, aliases) select distinct section, '{}'::text[] from staged where section is not null
    on conflict (code) do nothing`;
}

async function matchEntries(tx: Transaction, digest: StoredDigest): Promise<void> {
  await tx.execute`
    update staged s set entry_id = e.id, changed = not e.current, restored = not e.current
    from digest_entry e
    where e.digest_id = ${digest.id} and e.paper_id = s.paper_id and e.content_hash = s.content_hash
      and e.twin = s.twin`;
}

/** Entries that the form printed before and prints no more. One that the other form still prints stays current. */
async function unprint(tx: Transaction, digest: StoredDigest, { own, other }: Columns): Promise<void> {
  await tx.execute`
    with gone as (
      update digest_entry e set ${own} = null, current = ${other} is not null
      where e.digest_id = ${digest.id} and e.${own} is not null
        and not exists (select 1 from staged s where s.entry_id = e.id)
      returning e.paper_id
    )
    insert into affected (paper_id) select distinct paper_id from gone on conflict do nothing`;
}

/**
 * A paper that both forms print, now with other content in this one, has changed: the new entry takes the place of the old one in
 * the other form too, with what only that form states, until that form is published again.
 */
async function supersede(
  tx: Transaction,
  digest: StoredDigest,
  form: DigestForm,
  { own, other }: Columns,
): Promise<void> {
  const { successor, keepsSection } = bothForms(form);
  await tx.execute`
    with fresh as (
      select ordinal, paper_id, row_number() over (partition by paper_id order by ordinal) as nth
      from staged where entry_id is null
    ), stale as (
      select id, paper_id, ${other} as place, row_number() over (partition by paper_id order by ${other}) as nth
      from digest_entry e
      where digest_id = ${digest.id} and current and ${own} is null
        and not exists (select 1 from staged s where s.entry_id = e.id)
    ), pair as (select fresh.ordinal, stale.id, stale.place from fresh join stale using (paper_id, nth)),
    inherited as (
      update staged s set inherited_position = pair.place, statement = ${successor},
        inherited_section = case when ${keepsSection} then e.section_id end
      from pair join digest_entry e on e.id = pair.id where pair.ordinal = s.ordinal
    )
    update digest_entry e set ${other} = null, current = false from pair where pair.id = e.id`;
}

/** Brings both forms of the same entries together. An entry has changed where its statement becomes another one. */
async function enrich(tx: Transaction, form: DigestForm, { own, other }: Columns): Promise<void> {
  const { same, keepsSection } = bothForms(form);
  const statement = sql`case when e.${other} is null then s.statement else ${same} end`;
  await tx.execute`
    update staged s set changed = true from digest_entry e
    where e.id = s.entry_id and not s.changed and e.statement <> ${statement}`;
  await tx.execute`
    update digest_entry e
    set statement = ${statement}, ${own} = s.ordinal, current = true,
      section_id = case when e.${other} is not null and ${keepsSection} then e.section_id
        else coalesce((select c.id from category c where c.code = s.section), e.section_id) end
    from staged s where s.entry_id = e.id`;
}

async function insertEntries(tx: Transaction, digest: StoredDigest, { own, other }: Columns): Promise<void> {
  await tx.execute`
    with fresh as (
      insert into digest_entry (key, digest_id, paper_id, position, ${own}, ${other}, content_hash, twin, statement,
        section_id)
      select ${entryKey}, d.id, e.paper_id, e.ordinal, e.ordinal, e.inherited_position, e.content_hash, e.twin,
        e.statement, coalesce(e.inherited_section, c.id)
      from staged e join paper p on p.id = e.paper_id
        join digest d on d.id = ${digest.id} join source s on s.id = d.source_id
        left join category c on c.code = e.section
      where e.entry_id is null
      order by e.ordinal
      returning id, ${own} as ordinal
    )
    update staged s set entry_id = fresh.id, added = true, changed = true
    from fresh where fresh.ordinal = s.ordinal`;
}

/** An entry that had no AI text so far gets that of its other form. */
async function insertSummaries(tx: Transaction): Promise<void> {
  await tx.execute`
    insert into summary (entry_id, paper_id, status, tldr, motivation, method, result, conclusion, parts)
    select entry_id, paper_id, status, tldr, motivation, method, result, conclusion, parts
    from staged where parts is not null order by entry_id
    on conflict (entry_id) do nothing`;
}
