import type { SummaryPart } from '../../digest/digest.ts';
import { mapInSlices } from '../../time/slices.ts';
import { sections, summaryFields } from '../../digest/summary.ts';
import type { Transaction } from '../../database/transaction.ts';
import { storedParts, summaryParts } from '../papers/summary-parts.ts';

const CHUNK = 100;

/**
 * Replaces the stored AI text of matched entries by that of the staged JSONL file. JSONL is the better
 * source: it says where each part begins, and has parts that Markdown does not print. An entry has changed if
 * the text that readers see differs, placeholders apart.
 */
export async function updateSummaries(tx: Transaction): Promise<void> {
  let after = 0;
  for (let rows = await differing(tx, after); rows.length > 0; rows = await differing(tx, after)) {
    const compared = await mapInSlices(rows, ({ ordinal, stored, staged }) => ({
      ordinal,
      differs: shown(stored) !== shown(staged),
    }));
    const changed = compared.filter(({ differs }) => differs).map(({ ordinal }) => ordinal);
    await tx.execute`
      update staged set changed = true, summarized = true where ordinal = any(${changed})`;
    after = Math.max(...rows.map(({ ordinal }) => ordinal));
  }
  await tx.execute`
    update summary m
    set status = s.status, tldr = s.tldr, motivation = s.motivation, method = s.method, result = s.result,
      conclusion = s.conclusion, parts = ${storedParts}
    from staged s where s.entry_id = m.entry_id and s.parts <> ${summaryParts}`;
}

/** The text that readers see, as JSON to compare. */
function shown(parts: readonly SummaryPart[]): string {
  return JSON.stringify([summaryFields(parts).status, sections(parts)]);
}

interface Differing {
  ordinal: number;
  stored: SummaryPart[];
  staged: SummaryPart[];
}

async function differing(tx: Transaction, after: number): Promise<Differing[]> {
  return await tx.query<Differing>`
    select s.ordinal, ${summaryParts} as stored, s.parts as staged
    from staged s join summary m on m.entry_id = s.entry_id
    where s.parts <> ${summaryParts} and s.ordinal > ${after} order by s.ordinal limit ${CHUNK}`;
}
