import { afterEach, beforeEach, expect, test } from 'vitest';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { upgradeStore } from '../../src/ingest/upgrade-store.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { queryOf } from '../support/graphql.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

const [A, B, C] = ['2601.00001', '2601.00002', '2601.00003'] as const;
const CODE = `{ papers(orderBy: TITLE) { nodes { codeUrl codeStars codeUpdatedOn } }
  coded: papers(filter: {hasCode: true}) { totalCount } }`;

async function storedCode(): Promise<unknown> {
  const { data, errors } = await queryOf(database)(CODE);
  expect(errors).toBeUndefined();
  return data;
}

const NO_CODE = { codeUrl: null, codeStars: null, codeUpdatedOn: null };

test('a value of the wrong type is null, with a warning that names the record', async () => {
  const text = jsonl(
    jsonRecord(A, { code_url: 'javascript:alert(1)', code_stars: 5 }),
    jsonRecord(B, { code_url: 'github.com/x/y', code_stars: '12', code_last_update: '2026-01-02T00:00:00Z' }),
    jsonRecord(C, { code_url: 'https://github.com/x/y z', code_last_update: 'yesterday' }),
  );
  const report = await ingestFile(database.pool, textFile('2026-01-15.jsonl', text));
  expect(report).toMatchObject({ status: 'STORED', entries: 3, rejected: 0 });
  expect(report.problems.map(({ severity, line, arxivId }) => [severity, line, arxivId])).toEqual([
    ['WARNING', 1, A],
    ['WARNING', 3, C],
    ['WARNING', 3, C],
  ]);
  expect(await storedCode()).toEqual({
    papers: {
      nodes: [
        NO_CODE,
        { codeUrl: 'https://github.com/x/y', codeStars: 12, codeUpdatedOn: '2026-01-02' },
        NO_CODE,
      ],
    },
    coded: { totalCount: 1 },
  });
});

test('a bad URL stored by an earlier version is null, and removed when the store is upgraded', async () => {
  const { pool } = database;
  const records = [A, B].map((id) => jsonRecord(id, { code_url: 'https://example.org/x', code_stars: 5 }));
  await ingestFile(pool, textFile('2026-01-15.jsonl', jsonl(...records)));
  const text = 'javascript:alert(1)';
  await pool.query('update paper set code_url = $1 where arxiv_id = $2', [text, A]);
  await pool.query(
    `update digest_entry e set statement = jsonb_set(statement, '{codeUrl}', to_jsonb($1::text))
      from paper p where p.id = e.paper_id and p.arxiv_id = $2`,
    [text, A],
  );
  const url = 'https://example.org/x';
  expect(await storedCode()).toMatchObject({ papers: { nodes: [{ codeUrl: null }, { codeUrl: url }] } });
  await pool.query('update paper_search set version = 0');
  await upgradeStore(pool);
  expect(await storedCode()).toMatchObject({
    papers: { nodes: [NO_CODE, { codeUrl: url, codeStars: 5 }] },
    coded: { totalCount: 1 },
  });
});

test('several categories in one text are found by filters; other subjects stay as printed', async () => {
  const text = jsonl(
    jsonRecord(A, { categories: 'cs.LG cs.AI' }),
    jsonRecord(B, { categories: 'cs.LG, stat.ML' }),
    jsonRecord(C, { categories: ['cs.lg ', 'Robotics (cs.RO)', '68T50 (Primary) 68T07, 68Q32 (Secondary)'] }),
  );
  await ingestFile(database.pool, textFile('2026-01-15.jsonl', text));
  const { data } = await queryOf(database)(`{ papers(orderBy: TITLE, filter: {categories: ["cs.LG"]}) {
    nodes { primaryCategory { code } categories { code } subjectClasses } } }`);
  const paper = (codes: string[], subjectClasses: string[] = []): object => ({
    primaryCategory: { code: 'cs.LG' },
    categories: codes.map((code) => ({ code })),
    subjectClasses,
  });
  expect(data).toEqual({
    papers: {
      nodes: [
        paper(['cs.LG', 'cs.AI']),
        paper(['cs.LG', 'stat.ML']),
        paper(['cs.LG', 'cs.RO'], ['68T50 (Primary) 68T07, 68Q32 (Secondary)']),
      ],
    },
  });
});

test('a file with only placeholders as summaries is ingested with a warning that counts them', async () => {
  const failed = Object.fromEntries(
    ['tldr', 'motivation', 'method', 'result', 'conclusion'].map((key) => [key, 'N/a']),
  );
  const text = jsonl(jsonRecord(A, { AI: failed }), jsonRecord(B, { AI: { ...failed, tldr: 'Error' } }));
  const report = await ingestFile(database.pool, textFile('2026-01-15_AI_enhanced_Chinese.jsonl', text));
  expect(report).toMatchObject({ status: 'STORED', entries: 2, summariesAdded: 0 });
  expect(report.problems).toEqual([
    {
      severity: 'WARNING',
      line: null,
      arxivId: null,
      message:
        'all 2 summaries are placeholders of a model that failed; the papers are taken without AI text',
    },
  ]);
});

test('JSONL that begins with merge marks is PARTIAL, with the numbers of the rejected lines', async () => {
  const text = `<<<<<<< HEAD\n${jsonl(jsonRecord(A))}=======\n${jsonl(jsonRecord(B))}>>>>>>> main\n`;
  const report = await ingestFile(database.pool, textFile('2026-01-15.jsonl', text));
  expect(report).toMatchObject({ status: 'PARTIAL', entries: 2, rejected: 3 });
  expect(report.problems.map(({ severity, line }) => [severity, line])).toEqual([
    ['REJECTED', 1],
    ['REJECTED', 3],
    ['REJECTED', 5],
  ]);
});

test('a table of contents alone replaces nothing, and is refused if it announces entries', async () => {
  const contents = (lines: string): string => `<div id=toc></div>\n\n# Table of Contents\n\n${lines}`;
  const take = async (text: string) => await ingestFile(database.pool, textFile('2026-01-15.md', text));
  expect(await take(contents(''))).toMatchObject({
    status: 'UNCHANGED',
    problems: [{ severity: 'WARNING' }],
  });
  const report = await take(contents('- [cs.CV](#cs.CV) [Total: 7]\n'));
  expect(report).toMatchObject({ status: 'REFUSED', digest: null });
  expect(report.problems[0]?.message).toContain('7 in cs.CV');
});
