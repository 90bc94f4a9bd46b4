import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IngestReport } from '../../src/ingest/runs/report.ts';
import { digestMarkdown } from '../../src/reads/digest-markdown.ts';
import { statementRunner } from '../../src/database/statements.ts';
import { bytesOf, COLLECTIONS, filesOf, ingestOf } from '../support/collections.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { LONG } from '../support/long.ts';
import { createRandom } from '../support/random.ts';
import { dumpStore } from '../support/store-dump.ts';

/** Shuffles in the same way in every run. */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = createRandom(seed);
  return list
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** The Markdown of a report's digest. */
async function exported(database: TestDatabase, { digest }: IngestReport): Promise<Buffer> {
  const { source, date, language } = digest ?? { source: '', date: '2026-01-01', language: '' };
  const prisma = await database.prisma();
  const { id } = await prisma.digest.findFirstOrThrow({
    where: { source: { name: source }, date: new Date(date), language },
  });
  return Buffer.from((await digestMarkdown(statementRunner(database.pool, { prepared: false }), id)) ?? '');
}

describe.each(COLLECTIONS)('$name', (collection) => {
  const { taken, refused, empty, identical, isSmall, leastPapers } = collection;
  const seeds = LONG || isSmall ? [1, 2, 3] : [1];
  const orders = seeds.map((seed) => shuffled(filesOf(collection), seed));
  let databases: TestDatabase[];
  const reports = new Map<string, IngestReport>();

  beforeAll(async () => {
    databases = await Promise.all(orders.map(async () => await openTestDatabase()));
    for (const [index, database] of databases.entries())
      for (const file of orders[index] ?? []) {
        const report = await ingestOf(collection, file, database.pool);
        if (index === 0) reports.set(file, report);
      }
  });
  afterAll(async () => {
    await Promise.all(databases.map(async (database) => await database.close()));
  });

  test.each(taken)('$file is ingested with the counts of an independent reader', (truth) => {
    expect(reports.get(truth.file)).toMatchObject({
      status: 'STORED',
      entries: truth.papers,
      papers: truth.distinct_arxiv_ids,
      authors: truth.distinct_author_names ?? 0,
      categories: truth.categories,
      rejected: 0,
    });
  });

  test.each(refused)('%s is refused with the number of its first wrong line', (file, line) => {
    const report = reports.get(file);
    expect(report).toMatchObject({ status: 'REFUSED', digest: null, entries: 0 });
    expect(report?.problems[0]).toMatchObject({ severity: 'REJECTED', line });
  });

  test('an empty file is UNCHANGED with a warning', () => {
    expect(reports.get(empty)).toMatchObject({ status: 'UNCHANGED', problems: [{ severity: 'WARNING' }] });
  });

  test('the store is the same in whatever order the files are ingested', async () => {
    const [first, ...others] = await Promise.all(databases.map(async ({ pool }) => await dumpStore(pool)));
    expect(first?.papers.length).toBeGreaterThanOrEqual(leastPapers);
    for (const other of others) expect(other).toEqual(first);
  });

  test('ingesting all files again changes nothing', async () => {
    const [database] = databases;
    if (database === undefined) throw new Error('expected a database for each order');
    const before = await dumpStore(database.pool);
    for (const { file } of taken)
      expect(await ingestOf(collection, file, database.pool)).toMatchObject({ status: 'UNCHANGED' });
    expect(await dumpStore(database.pool)).toEqual(before);
  });

  test.each(identical)(
    '%s is exported byte for byte (except NUL), alone and among all others',
    async (file) => {
      const bytes = bytesOf(collection, file).filter((byte) => byte !== 0);
      const truth = taken.find((each) => each.file === file);
      await using alone = await openTestDatabase();
      expect(await ingestOf(collection, file, alone.pool)).toMatchObject({
        status: 'STORED',
        papersAdded: truth?.distinct_arxiv_ids,
      });
      for (const database of [alone, ...databases]) {
        const report = await ingestOf(collection, file, database.pool);
        expect(report).toMatchObject({ status: 'UNCHANGED', unchanged: truth?.papers });
        expect((await exported(database, report)).equals(bytes)).toBe(true);
      }
    },
  );
});
