import type { Digest } from '../database/generated/client.ts';
import { Prisma } from '../database/generated/client.ts';
import type { ContentsLine, DigestForm } from '../digest/digest.ts';
import type { Transaction } from './transaction.ts';

/** One file that a digest came in. */
export interface DigestFileRecord {
  readonly form: DigestForm;
  /** Of its bytes, in hex. */
  readonly sha256: string;
  readonly contents: readonly ContentsLine[] | undefined;
}

/**
 * Counts the digest's revision: one more whenever the bytes differ from its latest file of that form; `unchanged`
 * where they are the same. The first file of a form makes no new revision.
 */
export async function reviseDigest(
  tx: Transaction,
  digest: Digest,
  file: DigestFileRecord,
): Promise<{ digest: Digest; unchanged: boolean }> {
  const { form, sha256 } = file;
  const latest = await tx.digestRevision.findFirst({
    where: { digestId: digest.id, form },
    orderBy: { id: 'desc' },
  });
  if (latest?.sha256 === sha256) return { digest, unchanged: true };
  const revised = digest.revision === 0 || latest !== null;
  const revision = digest.revision + (revised ? 1 : 0);
  await tx.digestRevision.create({ data: { digestId: digest.id, revision, form, sha256 } });
  const contents = file.contents?.map(({ category, total }) => ({ category, total })) ?? Prisma.DbNull;
  const data = {
    ...(revised ? { revision, updatedAt: new Date() } : {}),
    ...(form === 'MARKDOWN' ? { contents } : {}),
  };
  return { digest: await tx.digest.update({ where: { id: digest.id }, data }), unchanged: false };
}
