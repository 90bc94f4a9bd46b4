import { TLDR_LABEL } from '../../digest/summary.ts';
import { PRINTED_NULL } from '../../digest/markdown-template.ts';
import { sql, type Sql } from '../../database/sql.ts';
import type { DigestForm } from '../../digest/digest.ts';
import { stemOf } from '../../digest/file-name.ts';
import { digestColumns, type StoredDigest } from './stored-digest.ts';
import type { Transaction } from '../../database/transaction.ts';
import { summaryParts } from '../papers/summary-parts.ts';

/** The source and day of a digest. */
export interface SourceDay {
  readonly sourceId: number;
  /** YYYY-MM-DD */
  readonly date: string;
}

/** Returns the id of the source with this name, which is created if there is none. */
export async function findOrCreateSource(tx: Transaction, name: string): Promise<number> {
  await tx.execute`insert into source (name) values (${name}) on conflict (name) do nothing`;
  const [source] = await tx.query<{ id: number }>`select id from source where name = ${name}`;
  if (source === undefined) throw new Error(`source ${name} was inserted, but cannot be found`);
  return source.id;
}

/** Returns the digest of this language; creates it, at revision 0, if there is none. */
export async function findOrCreateDigest(
  tx: Transaction,
  {
    sourceId,
    date,
    language,
    languageGuessed,
  }: SourceDay & Pick<StoredDigest, 'language' | 'languageGuessed'>,
): Promise<StoredDigest> {
  // Once a file or an option has named the language, it is no guess any more, even if later files do not name
  // it.
  const [digest] = await tx.query<StoredDigest>`
    insert into digest (source_id, date, language, language_guessed, revision)
    values (${sourceId}, ${date}::text::date, ${language}, ${languageGuessed}, 0)
    on conflict (source_id, date, language)
      do update set language_guessed = digest.language_guessed and excluded.language_guessed
    returning ${digestColumns}`;
  if (digest === undefined) throw new Error('expected a row from an upsert, got none');
  return digest;
}

/**
 * SQL: the first line of the TL;DR in a summary's parts; empty without one. Both forms of a digest agree in
 * it, whatever the text contains, so that ids and first lines together identify a digest.
 */
function tldrLine(parts: Sql): Sql {
  return sql`coalesce((
    select split_part(coalesce(part->>'text', ${PRINTED_NULL}), E'\\n', 1)
    from jsonb_array_elements(${parts}) part where part->>'label' = ${TLDR_LABEL} limit 1), '')`;
}

/** SQL: a hash over a group of rows (arxiv_id, tldr), in any order. */
const HASH = sql`md5(string_agg(arxiv_id || chr(1) || tldr, chr(2)
  order by arxiv_id collate "C", tldr collate "C"))`;

/**
 * Digests of the day, with a language, whose current entries have exactly the staged ids and TL;DRs. Named
 * languages come first.
 */
export async function digestsWithStagedEntries(
  tx: Transaction,
  { sourceId, date }: SourceDay,
): Promise<StoredDigest[]> {
  return await tx.query<StoredDigest>`
    with stored as (
      select d.id as digest_id, p.arxiv_id, ${tldrLine(summaryParts)} as tldr
      from digest d join digest_entry e on e.digest_id = d.id and e.current
        join paper p on p.id = e.paper_id left join summary m on m.entry_id = e.id
      where d.source_id = ${sourceId} and d.date = ${date}::text::date and d.language is not null
    ), fresh as (
      select arxiv_id, ${tldrLine(sql`parts`)} as tldr from staged
    )
    select ${digestColumns} from digest
    where id in (select digest_id from stored group by digest_id having ${HASH} = (select ${HASH} from fresh))
    order by language_guessed, id`;
}

/** The latest file of one form that a digest came in. */
interface LatestFile {
  readonly fileName: string | null;
  readonly writtenIn: string | null;
}

/** The facts about a file that `digestsOfFileName` compares. */
interface NamedFile {
  readonly form: DigestForm;
  readonly fileName: string;
  readonly writtenIn: string;
}

/**
 * Digests of the day, with a language, whose latest file of this form had this file's name. Excludes digests
 * that are known to be written in another language. The latest comes first.
 */
export async function digestsOfFileName(
  tx: Transaction,
  { sourceId, date }: SourceDay,
  { form, fileName, writtenIn }: NamedFile,
): Promise<StoredDigest[]> {
  const digests = await tx.query<StoredDigest & LatestFile>`
    select ${digestColumns}, latest.file_name as "fileName", latest.written_in as "writtenIn"
    from digest d, lateral (
      select r.id as file_id, r.file_name, r.written_in from digest_revision r
      where r.digest_id = d.id and r.form = ${form}::digest_form order by r.id desc limit 1
    ) latest
    where d.source_id = ${sourceId} and d.date = ${date}::text::date and d.language is not null
    order by latest.file_id desc`;
  const stem = stemOf(fileName);
  const compatible = new Set([null, 'und', writtenIn]);
  return digests.filter(
    (digest) =>
      digest.fileName !== null &&
      stemOf(digest.fileName) === stem &&
      (writtenIn === 'und' || compatible.has(digest.writtenIn)),
  );
}
