import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IngestReport } from '../../src/ingest/report.ts';
import { digestMarkdown } from '../../src/reads/digest-markdown.ts';
import { statementRunner } from '../../src/reads/statements.ts';
import { openTestDatabase } from '../support/database.ts';
import { ingestPath } from '../support/digest-files.ts';
import { dumpStore } from '../support/store-dump.ts';

const FOLDER = '../shared/digests';
const here = existsSync(FOLDER);

interface Expected {
  file: string;
  papers: number;
  distinct_arxiv_ids: number;
  distinct_author_names: number | null;
  categories: Record<string, number>;
}

const expected: Expected[] = here
  ? readFileSync(`${FOLDER}/expected.jsonl`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Expected)
  : [];
const REFUSED = ['Straw674/2025-06-17.md', 'junle-chen/2025-10-10_database.md', 'xmkxabc/2025-06-18.md'];
const EMPTY = 'xmkxabc/2025-06-18.jsonl';
const CURRENT_TEMPLATE = [
  'seed/000_4673b8f0f1e2c9d9.txt',
  '0x0217/2026-01-16.md',
  'bguanmath/2025-12-02.md',
  'dw-dengwei/2026-05-06.md',
  'Xianghui-Cao/2026-06-27.md',
];

type Database = Awaited<ReturnType<typeof openTestDatabase>>;

async function ingest(database: Database, file: string): Promise<IngestReport> {
  return await ingestPath(
    database.pool,
    path.join(FOLDER, file),
    file.startsWith('seed/') ? { date: '2026-01-15' } : {},
  );
}

/** A shuffle that is the same in every run. */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  let state = seed;
  const key = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31);
  return list
    .map((item) => ({ item, key: key() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

describe.skipIf(!here)('real digests (needs ../shared/digests)', () => {
  const orders = [1, 2, 3].map((seed) => shuffled(expected, seed));
  let databases: Database[];
  const reports = new Map<string, IngestReport>();

  beforeAll(async () => {
    databases = await Promise.all(orders.map(async () => await openTestDatabase()));
    for (const [index, order] of orders.entries()) {
      const database = databases[index];
      if (database === undefined) throw new Error('one database an order');
      for (const { file } of order) reports.set(`${index} ${file}`, await ingest(database, file));
    }
  });
  afterAll(async () => {
    await Promise.all(databases.map(async (database) => await database.close()));
  });

  const taken = expected.filter(({ file }) => !REFUSED.includes(file) && file !== EMPTY);
  test.each(taken)('$file is taken with the counts that are true of it', (truth) => {
    const report = reports.get(`0 ${truth.file}`);
    expect(report).toMatchObject({
      status: 'STORED',
      entries: truth.papers,
      papers: truth.distinct_arxiv_ids,
      authors: truth.distinct_author_names ?? 0,
      categories: truth.categories,
      rejected: 0,
    });
  });

  test.each(REFUSED)('%s is refused with the line that did not fit', (file) => {
    const report = reports.get(`0 ${file}`);
    expect(report).toMatchObject({ status: 'REFUSED', digest: null, entries: 0 });
    expect(report?.problems[0]).toMatchObject({ severity: 'REJECTED', line: expect.any(Number) as number });
  });

  test('an empty file is taken with a warning', () => {
    expect(reports.get(`0 ${EMPTY}`)).toMatchObject({
      status: 'UNCHANGED',
      problems: [{ severity: 'WARNING' }],
    });
  });

  test('the store is the same whatever the order in which they came in', async () => {
    const [first, ...others] = await Promise.all(databases.map(async ({ pool }) => await dumpStore(pool)));
    expect(first?.papers.length).toBeGreaterThan(900);
    for (const other of others) expect(other).toEqual(first);
  });

  test.each(CURRENT_TEMPLATE)(
    '%s comes out byte for byte (NUL apart), alone and among all others',
    async (file) => {
      const bytes = readFileSync(path.join(FOLDER, file)).filter((byte) => byte !== 0);
      const alone = await openTestDatabase();
      await ingest(alone, file);
      for (const database of [alone, ...databases]) {
        const report = await ingest(database, file);
        const { source, date, language } = report.digest ?? { source: '', date: '2026-01-01', language: '' };
        const digest = await database.prisma.digest.findFirstOrThrow({
          where: { source: { name: source }, date: new Date(date), language },
        });
        const run = statementRunner(database.pool, { prepared: false });
        const markdown = await digestMarkdown(run, digest.id);
        expect(Buffer.from(markdown ?? '').equals(bytes), `${file} of ${source} ${date} ${language}`).toBe(
          true,
        );
      }
      await alone.close();
    },
  );
});

describe.skipIf(!here)('the digest that the project was created from (needs ../shared/digests)', () => {
  test('gives 78 papers of 337 authors, and changes nothing the second time', async () => {
    const database = await openTestDatabase();
    const seed = 'seed/000_4673b8f0f1e2c9d9.txt';
    expect(await ingest(database, seed)).toMatchObject({
      status: 'STORED',
      entries: 78,
      papersAdded: 78,
      authors: 337,
      categories: { 'eess.SP': 15, 'cs.LG': 61, 'stat.ML': 2 },
      rejected: 0,
    });
    expect(await ingest(database, seed)).toMatchObject({ status: 'UNCHANGED', unchanged: 78 });
    await database.close();
  });
});
