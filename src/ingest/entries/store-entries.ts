import { sql, type Sql } from '../../database/sql.ts';
import type { DigestForm } from '../../digest/digest.ts';
import type { AffectedPapers } from '../papers/affected-papers.ts';
import { addPapers } from './add-papers.ts';
import { entryKey } from '../digests/entry-key.ts';
import { matchRehashed } from './match-rehashed.ts';
import { markMovedAsNew } from '../digests/merge-digests.ts';
import { mergedStatements } from './merge-statements.ts';
import { numberEntries } from '../digests/number-entries.ts';
import type { StoredDigest } from '../digests/stored-digest.ts';
import type { Ordinals } from './staged-table.ts';
import { updateSummaries } from './update-summaries.ts';
import type { Transaction } from '../../database/transaction.ts';
import { storedParts } from '../papers/summary-parts.ts';

/** The digest that staged entries are stored in. */
export interface StoringEntries {
  readonly digest: StoredDigest;
  /** Of the staged file. */
  readonly form: DigestForm;
  /** `mergeGuesses` has moved entries of other digests into this one. */
  readonly merged: boolean;
  /** The chunks of the staged entries. */
  readonly chunks: readonly Ordinals[];
  readonly affected: AffectedPapers;
}

/**
 * Makes the staged entries the ones that the digest lists in this form. An entry with the same content keeps
 * its row, which gains what the other form did not state. A changed entry is a new row: it supersedes the old
 * one, which stays stored.
 */
export async function storeEntries(tx: Transaction, storing: StoringEntries): Promise<void> {
  const { digest, form, affected } = storing;
  await addPapers(tx, storing);
  await addSections(tx);
  await matchEntries(tx, digest);
  await matchRehashed(tx, digest, form);
  const columns = columnsOf(form);
  await affected.add(unlist(digest, columns));
  await supersede(tx, storing, columns);
  if (form === 'JSONL') await updateSummaries(tx);
  await enrich(tx, form, columns);
  await insertEntries(tx, storing, columns);
  await insertSummaries(tx);
  await numberEntries(tx, digest);
  if (storing.merged) await markMovedAsNew(tx);
}

/** The columns of `digest_entry` for an entry's position in each form. */
interface Columns {
  /** In the form of the staged file. */
  readonly own: Sql;
  /** In the other form. */
  readonly other: Sql;
}

function columnsOf(form: DigestForm): Columns {
  const markdown = sql.raw('markdown_position');
  const jsonl = sql.raw('jsonl_position');
  return form === 'MARKDOWN' ? { own: markdown, other: jsonl } : { own: jsonl, other: markdown };
}

async function addSections(tx: Transaction): Promise<void> {
  await tx.execute`
    insert into category (code, aliases)
    select distinct section, '{}'::text[] from staged where section is not null
    on conflict (code) do nothing`;
}

/** Finds the stored rows with the same content. An entry whose row was superseded is `restored`. */
async function matchEntries(tx: Transaction, digest: StoredDigest): Promise<void> {
  await tx.execute`
    update staged s set entry_id = e.id, changed = not e.current, restored = not e.current
    from digest_entry e
    where e.digest_id = ${digest.id} and e.paper_id = s.paper_id and e.content_hash = s.content_hash
      and e.twin = s.twin`;
}

/**
 * SQL: takes the entries that the staged file no longer lists out of its form, and returns their papers. An
 * entry that the other form still lists stays current.
 */
function unlist(digest: StoredDigest, { own, other }: Columns): Sql {
  return sql`
    update digest_entry e set ${own} = null, current = ${other} is not null
    where e.digest_id = ${digest.id} and e.${own} is not null
      and not exists (select 1 from staged s where s.entry_id = e.id)
    returning e.paper_id`;
}

/**
 * Replaces entries of the other form. If a paper has other content in the staged file than in the other form,
 * the paper has changed: the new entry takes the old one's position in the other form too, and keeps what
 * only that form stated, until a new file of that form comes in. If a paper has several entries, they are
 * paired in order.
 */
async function supersede(
  tx: Transaction,
  { digest, form }: StoringEntries,
  { own, other }: Columns,
): Promise<void> {
  const { successor, keepsSection } = mergedStatements(form);
  await tx.execute`
    with fresh as (
      select ordinal, paper_id, row_number() over (partition by paper_id order by ordinal) as nth
      from staged where entry_id is null
    ), stale as (
      select id, paper_id, ${other} as place,
        row_number() over (partition by paper_id order by ${other}) as nth
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

/**
 * Merges the staged statement of each matched entry with the stored one. If that alters it, the entry has
 * changed.
 */
async function enrich(tx: Transaction, form: DigestForm, { own, other }: Columns): Promise<void> {
  const { same, keepsSection } = mergedStatements(form);
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

async function insertEntries(
  tx: Transaction,
  { digest, form }: StoringEntries,
  { own, other }: Columns,
): Promise<void> {
  await tx.execute`
    with fresh as (
      insert into digest_entry (key, digest_id, paper_id, position, ${own}, ${other},
        content_hash, twin, statement, section_id)
      select ${entryKey}, d.id, e.paper_id, e.position, e.ordinal, e.inherited_position,
        e.content_hash, e.twin, e.statement, coalesce(e.inherited_section, c.id)
      from ${placed(form, digest)} e join paper p on p.id = e.paper_id
        join digest d on d.id = ${digest.id} join source s on s.id = d.source_id
        left join category c on c.code = e.section
      where e.entry_id is null
      order by e.ordinal
      returning id, ${own} as ordinal
    )
    update staged s set entry_id = fresh.id, added = true, changed = true
    from fresh where fresh.ordinal = s.ordinal`;
}

/**
 * SQL: the staged entries with the position that `numberEntries` will give to each if the file is the
 * digest's only one. Rows that have their final position need not be written again.
 */
function placed(form: DigestForm, { language }: StoredDigest): Sql {
  const sectioned = form === 'JSONL' && language !== null;
  return sql`(
    select *, row_number() over (order by case when not ${sectioned}::boolean then null
      when section = 'cs.CV' then -2 when section = 'cs.CL' then -1 else first end, ordinal) as position
    from (select *, min(ordinal) over (partition by section) as first from staged) s)`;
}

/** Stores AI text of new entries, and of matched entries whose other form had none. */
async function insertSummaries(tx: Transaction): Promise<void> {
  await tx.execute`
    insert into summary (entry_id, paper_id, status, tldr, motivation, method, result, conclusion, parts)
    select entry_id, paper_id, status, tldr, motivation, method, result, conclusion, ${storedParts}
    from staged s where parts is not null order by entry_id
    on conflict (entry_id) do nothing`;
}
