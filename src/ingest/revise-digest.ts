import { sql } from '../database/sql.ts';
import type { ContentsLine, DigestForm } from '../digest/digest.ts';
import { digestColumns, type StoredDigest } from './stored-digest.ts';
import type { Transaction } from '../database/transaction.ts';

/** One file that a digest came in. */
export interface DigestFileRecord {
  readonly form: DigestForm;
  /** Of its bytes, unpacked, in hex. */
  readonly sha256: string;
  /** Without folders and `.gz`. */
  readonly fileName: string;
  /**
   * The day is the file's own, told by its name or guessed, not given. Such a file has changed only where its bytes are others than
   * the last ones under its name.
   */
  readonly ownDay: boolean;
  /** The language of its AI text, as far as that can be told; null without AI text. */
  readonly writtenIn: string | null;
  readonly contents: readonly ContentsLine[] | undefined;
}

/** What a file made of its digest. */
export interface Revision {
  readonly digest: StoredDigest;
  /** The bytes are those of its latest file of that form, or of that form and name. */
  readonly unchanged: boolean;
  /** Undefined where the revision is the one that it was. */
  readonly kind: 'ADDED' | 'REVISED' | undefined;
  /** The name of the digest's latest file of that form, where it is another one. */
  readonly replaced?: string;
}

/**
 * Counts the digest's revision: one more whenever the bytes differ from its latest file of that form; `unchanged`
 * where they are the same. The first file of a form makes no new revision.
 */
export async function reviseDigest(
  tx: Transaction,
  digest: StoredDigest,
  { form, sha256, fileName, ownDay, writtenIn, contents }: DigestFileRecord,
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
  /** The SHA-256 of the latest file of this name; null where there is none. */
  readonly ofThisName: string | null;
}

async function latestFile(
  tx: Transaction,
  digest: StoredDigest,
  { form, fileName }: Pick<DigestFileRecord, 'form' | 'fileName'>,
): Promise<LatestFile | undefined> {
  const [latest] = await tx.query<LatestFile>`
    select sha256, file_name as "fileName", (
      select own.sha256 from digest_revision own
      where own.digest_id = r.digest_id and own.form = r.form and own.file_name = ${fileName} order by own.id desc limit 1
    ) as "ofThisName"
    from digest_revision r where digest_id = ${digest.id} and form = ${form}::digest_form order by id desc limit 1`;
  return latest;
}
