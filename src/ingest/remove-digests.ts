import type { Database } from '../database/connect.ts';
import { sql } from '../database/sql.ts';
import { transaction } from '../database/transaction.ts';
import { languageSpellings } from '../language/language-range.ts';
import { dayOf } from '../time/day.ts';
import type { AffectedPapers } from './papers/affected-papers.ts';
import { changePapers } from './papers/change-papers.ts';

/** Selects the digests of a source, of one of its days, or in one language. */
export interface Selection {
  readonly source: string;
  /** YYYY-MM-DD */
  readonly date?: string | undefined;
  /** BCP 47; the closest one that a day has: `zh` selects `zh-CN` if there is no `zh`. */
  readonly language?: string | undefined;
}

/** The number of rows that a removal deleted. */
export interface Removal {
  readonly digests: number;
  readonly entries: number;
  /** Papers that no other digest lists. */
  readonly papers: number;
}

/** Returns the number of digests that `removeDigests` would remove now. */
export async function countDigests(
  { prisma }: Pick<Database, 'prisma'>,
  selection: Selection,
): Promise<number> {
  return (await selectDigests(prisma, selection)).length;
}

/**
 * Removes the selected digests in one transaction, and the papers that no other digest lists. All others are
 * updated as if the removed digests had never been ingested.
 */
export async function removeDigests(
  { pool, prisma }: Pick<Database, 'pool' | 'prisma'>,
  selection: Selection,
): Promise<Removal> {
  return await transaction(pool, async (tx) => {
    const remove = async (affected: AffectedPapers) => {
      // Prisma uses another connection. It sees all digests, and none can change: this transaction holds the
      // lock.
      const ids = await selectDigests(prisma, selection);
      await affected.add(sql`select paper_id from digest_entry where digest_id = any(${ids})`);
      const entries = await tx.execute`delete from digest_entry where digest_id = any(${ids})`;
      await tx.execute`delete from digest where id = any(${ids})`;
      await tx.execute`
        delete from source s
        where name = ${selection.source} and not exists (select 1 from digest d where d.source_id = s.id)`;
      return { digests: ids.length, entries };
    };
    const { result, papersRemoved } = await changePapers(tx, remove, { deletesEntries: true });
    return { ...result, papers: papersRemoved };
  });
}

async function selectDigests(
  prisma: Database['prisma'],
  { source, date, language }: Selection,
): Promise<number[]> {
  const tags = language === undefined ? undefined : languageSpellings(language);
  const { digest } = await prisma();
  const digests = await digest.findMany({
    select: { id: true, date: true, language: true },
    where: {
      source: { name: source },
      ...(date !== undefined && { date: new Date(date) }),
      ...(tags !== undefined && { language: { in: [...tags] } }),
    },
    orderBy: { id: 'asc' },
  });
  if (tags === undefined) return digests.map(({ id }) => id);
  // For each day, the digest whose language comes first among the spellings.
  const best = new Map<string, { id: number; rank: number }>();
  for (const { id, date: day, language: tag } of digests) {
    const rank = tags.indexOf(tag ?? '');
    if (rank < (best.get(dayOf(day))?.rank ?? Infinity)) best.set(dayOf(day), { id, rank });
  }
  return [...best.values()].map(({ id }) => id);
}
