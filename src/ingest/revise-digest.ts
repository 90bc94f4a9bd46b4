import { Prisma } from '../database/generated/client.ts';
import type { ContentsLine, DigestForm } from '../digest/digest.ts';
import { digestColumns, type StoredDigest } from './stored-digest.ts';
import type { Transaction } from './transaction.ts';

/** One file that a digest came in. */
export interface DigestFileRecord {
  readonly form: DigestForm;
  /** Of its bytes, in hex. */
  readonly sha256: string;
  readonly contents: readonly ContentsLine[] | undefined;
}

/** What a file made of its digest. */
export interface Revision {
  readonly digest: StoredDigest;
  /** The bytes are those of its latest file of that form. */
  readonly unchanged: boolean;
  /** Undefined where the revision is the one that it was. */
  readonly kind: 'ADDED' | 'REVISED' | undefined;
}

/**
 * Counts the digest's revision: one more whenever the bytes differ from its latest file of that form; `unchanged`
 * where they are the same. The first file of a form makes no new revision.
 */
export async function reviseDigest(
  tx: Transaction,
  digest: StoredDigest,
  { form, sha256, contents }: DigestFileRecord,
): Promise<Revision> {
  const [latest] = await tx.query<{ sha256: string }>`
    select sha256 from digest_revision where digest_id = ${digest.id} and form = ${form}::digest_form
    order by id desc limit 1`;
  if (latest?.sha256 === sha256) return { digest, unchanged: true, kind: undefined };
  const revised = digest.revision === 0 || latest !== undefined;
  const revision = digest.revision + (revised ? 1 : 0);
  await tx.execute`
    insert into digest_revision (digest_id, revision, form, sha256)
    values (${digest.id}, ${revision}, ${form}::digest_form, ${sha256})`;
  const printed = contents === undefined ? null : JSON.stringify(contents);
  const [stored = digest] = await tx.query<StoredDigest>`
    update digest set revision = ${revision}
      ${revised ? Prisma.sql`, updated_at = now()` : Prisma.empty}
      ${form === 'MARKDOWN' ? Prisma.sql`, contents = ${printed}::text::jsonb` : Prisma.empty}
    where id = ${digest.id} returning ${digestColumns}`;
  const kind = digest.revision === 0 ? 'ADDED' : 'REVISED';
  return { digest: stored, unchanged: false, kind: revised ? kind : undefined };
}
