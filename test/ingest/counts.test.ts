import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeReport } from '../../src/cli/describe-report.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import type { IngestReport } from '../../src/ingest/runs/report.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const NAME = '2026-01-15_AI_enhanced_Chinese.jsonl';

/** Ingests the revisions of a source's digest. Returns the last report, and the kinds of its paper events. */
async function publish(source: string, revisions: readonly Record<string, unknown>[][]) {
  const reports: IngestReport[] = [];
  for (const records of revisions)
    reports.push(await ingestFile(database.pool, textFile(NAME, jsonl(...records), source)));
  const { rows } = await database.pool.query<{ kind: string }>(
    `select kind from feed_event where source = $1 and topic = 'PAPER'
      and run_id = (select id from ingest_run order by started_at desc limit 1) order by position`,
    [source],
  );
  const report = reports.at(-1);
  if (report === undefined) throw new Error('expected a revision');
  return { report, kinds: rows.map(({ kind }) => kind) };
}

const FAILED = {
  AI: {
    tldr: 'Summary generation failed',
    motivation: 'Error',
    method: 'Error',
    result: 'Error',
    conclusion: 'Error',
  },
};
const [A, B] = ['2601.40001', '2601.40002'] as const;
const ai = (change: Record<string, unknown>) => ({ AI: { ...(jsonRecord(A)['AI'] as object), ...change } });
const both = (change: Record<string, unknown> = {}) => [jsonRecord(A, change), jsonRecord(B)];
const starred = (stars: number) => both({ code_url: 'https://example.org/code', code_stars: stars });

interface Case {
  readonly what: string;
  readonly revisions: readonly Record<string, unknown>[][];
  readonly counts: Partial<IngestReport>;
  readonly kinds: readonly string[];
}

const cases: readonly Case[] = [
  {
    what: 'new papers',
    revisions: [both()],
    counts: { papersAdded: 2, summariesAdded: 2, changed: 2, unchanged: 0 },
    kinds: ['ADDED', 'ADDED'],
  },
  {
    what: 'the bytes of before',
    revisions: [both(), both()],
    counts: { status: 'UNCHANGED', changed: 0, unchanged: 2 },
    kinds: [],
  },
  {
    what: 'other bytes that say the same',
    revisions: [both(), both({ unknown: 1 })],
    counts: { changed: 0, unchanged: 2 },
    kinds: [],
  },
  {
    what: 'a new TL;DR',
    revisions: [both(), both(ai({ tldr: '另一个总结。' }))],
    counts: { summariesAdded: 1, changed: 1, unchanged: 1 },
    kinds: ['SUMMARIZED'],
  },
  {
    what: 'a third revision that restores the first',
    revisions: [both(), both(ai({ tldr: '另一个总结。' })), both()],
    counts: { papersAdded: 0, papersRevised: 0, summariesAdded: 0, changed: 1, unchanged: 1 },
    kinds: ['SUMMARIZED'],
  },
  {
    what: 'a paper that is listed again',
    revisions: [both(), [jsonRecord(B)], both()],
    counts: { summariesAdded: 0, changed: 1, unchanged: 1 },
    kinds: ['LISTED'],
  },
  {
    what: 'failed summaries alone',
    revisions: [both(), [jsonRecord(A, FAILED), jsonRecord(B, FAILED)]],
    counts: { summariesAdded: 0, changed: 2, unchanged: 0 },
    kinds: [],
  },
  {
    what: 'new stars alone',
    revisions: [starred(1), starred(2)],
    counts: { papersRevised: 0, changed: 1, unchanged: 1 },
    kinds: [],
  },
  {
    what: 'AI text that Markdown does not print',
    revisions: [both(), both(ai({ translated_summary: '译文。' }))],
    counts: { summariesAdded: 0, changed: 1, unchanged: 1 },
    kinds: ['SUMMARIZED'],
  },
  {
    what: 'a field of the paper’s own',
    revisions: [both(), both({ comment: '11 pages' })],
    counts: { papersRevised: 1, changed: 1, unchanged: 1 },
    kinds: ['REVISED'],
  },
];

describe('changed and unchanged entries add up to all entries,', () => {
  test.each(cases.map((each, index) => ({ ...each, index })))(
    'of $what',
    async ({ what, revisions, counts, kinds, index }) => {
      // Each case has its own papers.
      const own = revisions.map((records) =>
        records.map((record) => ({ ...record, id: String(record['id']).replace('400', `4${index}0`) })),
      );
      const { report, kinds: found } = await publish(what, own);
      expect(report).toMatchObject({ entries: 2, ...counts });
      expect(report.changed + report.unchanged).toBe(report.entries);
      expect(found).toEqual(kinds);
      if (report.status === 'UNCHANGED') return;
      const { papersAdded, papersRevised, summariesAdded, changed, unchanged } = report;
      expect(describeReport(NAME, report)).toContain(
        `2 entries: ${papersAdded} papers added, ${papersRevised} revised, ` +
          `${summariesAdded} summaries added; ` +
          `${changed} changed, ${unchanged} unchanged, 0 rejected`,
      );
    },
  );
});
