import { Readable } from 'node:stream';
import type { Database } from '#papergraph/database/connect';
import { ingestFile } from '#papergraph/ingest/ingest-file';

/** A record of a JSONL digest about a paper with this id. */
export function recordOf(id: string, fields: { title: string; authors: string[]; summary: string }): object {
  const categories = ['cs.DC', 'cs.DB'];
  return {
    id,
    categories,
    abs: `https://arxiv.org/abs/${id}`,
    pdf: `https://arxiv.org/pdf/${id}`,
    ...fields,
  };
}

/** Ingests records as a digest with this file name. Rejects unless it is stored. */
export async function ingestRecords(
  pool: Database['pool'],
  fileName: string,
  records: readonly object[],
): Promise<void> {
  const bytes = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const report = await ingestFile(pool, {
    origin: fileName,
    location: fileName,
    fileName,
    source: 'bench',
    fallbackDate: async () => await Promise.reject(new Error(`expected a date in ${fileName}`)),
    size: bytes.length,
    once: false,
    open: () => Readable.from([bytes]),
  });
  if (report.status !== 'STORED') throw new Error(`expected a stored digest, got ${JSON.stringify(report)}`);
}
