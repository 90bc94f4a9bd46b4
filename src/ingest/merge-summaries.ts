import type { SummaryPart } from '../digest/digest.ts';
import { mapInSlices } from '../time/slices.ts';
import { sections, summaryFields } from '../digest/summary.ts';
import type { Transaction } from '../database/transaction.ts';

const CHUNK = 100;

/**
 * Puts the AI text of the staged JSONL entries in place of what is stored for them: JSONL says where each part begins and has
 * parts that Markdown does not print. An entry counts as changed where what readers see of its text does.
 */
export async function mergeSummaries(tx: Transaction): Promise<void> {
  let after = 0;
  for (let rows = await differing(tx, after); rows.length > 0; rows = await differing(tx, after)) {
    const seen = await mapInSlices(rows, ({ ordinal, stored, staged }) => ({
      ordinal,
      differs: shown(stored) !== shown(staged),
    }));
    const changed = seen.filter(({ differs }) => differs).map(({ ordinal }) => ordinal);
    await tx.execute`
      update staged set changed = true, summarized = true where ordinal = any(${changed})`;
    after = Math.max(...rows.map(({ ordinal }) => ordinal));
  }
  await tx.execute`
    update summary m set status = s.status, tldr = s.tldr, motivation = s.motivation, method = s.method, result = s.result,
      conclusion = s.conclusion, parts = s.parts
    from staged s where s.entry_id = m.entry_id and s.parts <> m.parts`;
}

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
    select s.ordinal, m.parts as stored, s.parts as staged
    from staged s join summary m on m.entry_id = s.entry_id
    where s.parts <> m.parts and s.ordinal > ${after} order by s.ordinal limit ${CHUNK}`;
}
