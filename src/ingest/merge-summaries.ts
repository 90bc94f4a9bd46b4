import { isPrinted } from '../digest/content-hash.ts';
import type { DigestForm, SummaryPart } from '../digest/digest.ts';
import { mapInSlices } from '../digest/slices.ts';
import { summaryFields } from '../digest/summary.ts';
import { batches } from './batches.ts';
import type { Transaction } from './transaction.ts';

const CHUNK = 100;

/**
 * Brings the parts that only one form carries together with those of the other, for the staged entries that are
 * stored already and whose parts differ: the printed parts stand as Markdown has them, then what JSONL adds.
 */
export async function mergeSummaries(tx: Transaction, form: DigestForm): Promise<void> {
  let after = 0;
  for (let rows = await differing(tx, after); rows.length > 0; rows = await differing(tx, after)) {
    const merged = await mapInSlices(rows, (row) => {
      const parts = mergedParts(form, row);
      return { entry_id: row.entryId, parts, ...summaryFields(parts) };
    });
    for (const batch of batches(merged, ({ parts }) => charactersOf(parts))) await update(tx, batch);
    after = Math.max(...rows.map(({ entryId }) => entryId));
  }
}

function mergedParts(form: DigestForm, { stored, staged, printed }: Differing): readonly SummaryPart[] {
  if (form === 'MARKDOWN') return union(staged, stored);
  return printed ? union(stored.filter(isPrinted), staged) : staged;
}

interface Differing {
  entryId: number;
  stored: SummaryPart[];
  staged: SummaryPart[];
  /** Markdown prints the entry too. */
  printed: boolean;
}

async function differing(tx: Transaction, after: number): Promise<Differing[]> {
  return await tx.query<Differing>`
    select e.id as "entryId", m.parts as stored, s.parts as staged, e.markdown_position is not null as printed
    from staged s join digest_entry e on e.id = s.entry_id join summary m on m.entry_id = e.id
    where s.parts is not null and s.parts <> m.parts and e.id > ${after}
    order by e.id limit ${CHUNK}`;
}

/** The first list, then the parts of the second whose labels it lacks. */
function union(first: readonly SummaryPart[], second: readonly SummaryPart[]): readonly SummaryPart[] {
  const labels = new Set(first.map(({ label }) => label));
  return [...first, ...second.filter(({ label }) => !labels.has(label))];
}

function charactersOf(parts: readonly SummaryPart[]): number {
  return parts.reduce((sum, { label, text }) => sum + label.length + (text?.length ?? 0), 0);
}

async function update(tx: Transaction, merged: readonly object[]): Promise<void> {
  await tx.execute`
    with fresh as (select * from jsonb_populate_recordset(null::summary, ${JSON.stringify(merged)}::jsonb)),
    updated as (
      update summary m set status = f.status, tldr = f.tldr, motivation = f.motivation, method = f.method,
        result = f.result, conclusion = f.conclusion, parts = f.parts
      from fresh f where f.entry_id = m.entry_id and f.parts <> m.parts
      returning m.entry_id
    )
    update staged s set changed = true from updated u where u.entry_id = s.entry_id`;
}
