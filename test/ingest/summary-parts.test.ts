import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SummaryPart } from '../../src/digest/digest.ts';
import { partsOf, type StoredParts } from '../../src/digest/summary.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { summaryParts } from '../../src/ingest/papers/summary-parts.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { createRandom } from '../support/random.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

const LABELS: Readonly<Record<string, string>> = {
  tldr: 'TL;DR',
  motivation: 'Motivation',
  method: 'Method',
  result: 'Result',
  conclusion: 'Conclusion',
  task: 'Task',
};
const USUAL = Object.keys(LABELS).slice(0, 5);
const TEXTS = ['方法。', ' A text. ', 'two\nlines', '"', 'Error', 'Method extraction failed', '', null];

test('the parts of AI text come back as published, also if they are not stored twice', async () => {
  const { pool } = database;
  const random = createRandom(5);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const choose = (): string[] =>
    random() < 0.6
      ? USUAL
      : Object.keys(LABELS)
          .filter(() => random() < 0.7)
          .toSorted(() => random() - 0.5);
  const texts = (): (string | null)[] => (random() < 0.5 ? TEXTS.slice(0, 4) : TEXTS);
  const entries = (): Map<string, object> =>
    new Map(
      Array.from({ length: 150 }, (_, n) => {
        const from = texts();
        return [
          `2601.${10_000 + n}`,
          Object.fromEntries([...choose(), 'tldr'].map((key) => [key, pick(from)])),
        ];
      }),
    );
  // The second file replaces the AI text of the first.
  for (const published of [entries(), entries()]) {
    const records = [...published].map(([id, AI]) => jsonRecord(id, { AI }));
    await ingestFile(pool, textFile('2026-01-15_AI_enhanced_Chinese.jsonl', jsonl(...records)));
    const { rows } = await pool.query<StoredParts & { id: string; all: SummaryPart[] }>(
      `select p.arxiv_id as id, m.*, ${summaryParts.text} as all
       from paper p join digest_entry e on e.paper_id = p.id and e.current join summary m on m.entry_id = e.id`,
    );
    expect(rows).toHaveLength(published.size);
    for (const row of rows) {
      const expected = Object.entries(published.get(row.id) ?? {}).map(([key, text]) => ({
        label: LABELS[key],
        text: text as string | null,
      }));
      expect(partsOf(row)).toEqual(expected);
      expect(row.all).toEqual(expected);
    }
    expect(new Set(rows.map(({ parts }) => parts === null))).toEqual(new Set([true, false]));
  }
});
