import { sql } from '../../database/sql.ts';
import type { ContentsLine } from '../../digest/digest.ts';
import type { FileTraits } from './resolve-digest.ts';
import { digestColumns, type StoredDigest } from './stored-digest.ts';
import type { Transaction } from '../../database/transaction.ts';

/** One file of a digest. */
export interface RevisionFile extends FileTraits {
  /** Without folders and `.gz`. */
  readonly fileName: string;
  /**
   * The day comes from the file (its name, or a guess), not from an option. Such a file is unchanged if its
   * bytes are those of the latest file of its name, even if a file of another name has been ingested since.
   */
  readonly ownDay: boolean;
  /** The Markdown table of contents, if there is one. */
  readonly contents: readonly ContentsLine[] | undefined;
}

/** The effect of a file on its digest. */
export interface Revision {
  readonly digest: StoredDigest;
  /** The file is stored already: the latest file of its form, or of its form and name, had the same bytes. */
  readonly unchanged: boolean;
  /** Undefined if the digest keeps its revision number. */
  readonly kind: 'ADDED' | 'REVISED' | undefined;
  /** The name of the file of that form that this one replaces, if it differs. */
  readonly replaced?: string;
}

/**
 * Records a file of the digest and numbers the revision: one more if the bytes differ from the latest file of
 * the same form. The first file of a form adds to the revision that the other form made.
 */
export async function reviseDigest(
  tx: Transaction,
  digest: StoredDigest,
  { form, sha256, fileName, ownDay, writtenIn, contents }: RevisionFile,
): Promise<Revision> {
  const latest = await latestFile(tx, digest, { form, fileName });
  const known = [latest?.sha256, ownDay ? latest?.ofThisName : undefined];
  if (known.includes(sha256)) return { digest, unchanged: true, kind: undefined };
  const revised = digest.revision === 0 || latest !== undefined;
  const revision = digest.revision + (revised ? 1 : 0);
  await tx.execute`
    insert into digest_revision (digest_id, revision, form, sha256, file_name, written_in)
    values (${digest.id}, ${revision}, ${form}::digest_form, ${sha256}, ${fileName}, ${writtenIn})`;
  const printed = contents === undefined ? null : JSON.stringify(contents);
  const [stored = digest] = await tx.query<StoredDigest>`
    update digest set revision = ${revision}
      ${revised ? sql`, updated_at = now()` : sql.empty}
      ${form === 'MARKDOWN' ? sql`, contents = ${printed}::text::jsonb` : sql.empty}
    where id = ${digest.id} returning ${digestColumns}`;
  const kind = digest.revision === 0 ? 'ADDED' : 'REVISED';
  return {
    digest: stored,
    unchanged: false,
    kind: revised ? kind : undefined,
    ...replacedBy(fileName, latest),
  };
}

function replacedBy(fileName: string, latest: LatestFile | undefined): Pick<Revision, 'replaced'> {
  const before = latest?.fileName ?? fileName;
  return before === fileName ? {} : { replaced: before };
}

interface LatestFile {
  readonly sha256: string;
  readonly fileName: string | null;
  /** The SHA-256 of the latest file of this name; null if there is none. */
  readonly ofThisName: string | null;
}

async function latestFile(
  tx: Transaction,
  digest: StoredDigest,
  { form, fileName }: Pick<RevisionFile, 'form' | 'fileName'>,
): Promise<LatestFile | undefined> {
  const [latest] = await tx.query<LatestFile>`
    select sha256, file_name as "fileName", (
      select own.sha256 from digest_revision own
      where own.digest_id = r.digest_id and own.form = r.form and own.file_name = ${fileName}
      order by own.id desc limit 1
    ) as "ofThisName"
    from digest_revision r where digest_id = ${digest.id} and form = ${form}::digest_form
    order by id desc limit 1`;
  return latest;
}
