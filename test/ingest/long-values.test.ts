import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeMarkdown } from '../../src/digest/write-markdown.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { queryOf } from '../support/graphql.ts';
import { createRandom } from '../support/random.ts';
import { walk } from '../support/walk.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => await database.close());

const random = createRandom(11);
/** Incompressible text: random letters among the `of` letters from `first` on. */
const letters = (length: number, first: string, of: number): string =>
  Array.from({ length }, () =>
    String.fromCodePoint((first.codePointAt(0) ?? 0) + Math.floor(random() * of)),
  ).join('');
const latin = (length: number): string => letters(length, 'a', 26);
const han = (length: number): string => letters(length, '一', 20_000);
const rare = (length: number): string => letters(length, '𠀀', 40_000);

const [A, B, C] = ['2601.00001', '2601.00002', '2601.00003'] as const;

async function stored(): Promise<string[]> {
  const nodes = await walk<{ arxivId: string }>(queryOf(database), {
    field: 'papers(orderBy: TITLE, ',
    select: 'arxivId',
    size: 1,
  });
  return nodes.map(({ arxivId }) => arxivId).toSorted();
}

describe('an entry is rejected, and all others are stored, if', () => {
  test.each([
    ['an author', 'an author', 3_000, { authors: ['Ada Park', latin(3_000)] }],
    ['an author in characters of three bytes', 'an author', 1_200, { authors: [han(400)] }],
    // Folded, U+FDFA is eighteen letters.
    ['a folded author', 'an author', 5_400, { authors: [Array.from(han(150)).join('\uFDFA')] }],
    ['the main category', 'a category', 3_000, { primary_category: latin(3_000) }],
    ['another category', 'a category', 3_003, { categories: ['cs.LG', `cs.${latin(3_000)}`] }],
  ])('%s is too long for an index', async (_what, what, bytes, change) => {
    const text = jsonl(jsonRecord(A), jsonRecord(B, change), jsonRecord(C));
    const report = await ingestFile(database.pool, textFile('2026-01-15.jsonl', text));
    expect(report).toMatchObject({ status: 'PARTIAL', entries: 2, rejected: 1 });
    expect(report.problems).toMatchObject([{ severity: 'REJECTED', line: 2, arxivId: B }]);
    expect(report.problems[0]?.message).toMatch(`expected ${what} of at most 1000 bytes, got `);
    expect(Number(/got (\d+)/.exec(report.problems[0]?.message ?? '')?.[1])).toBeGreaterThan(bytes * 0.95);
    expect(await stored()).toEqual([A, C]);
  });

  test('an author in Markdown is too long for an index', async () => {
    const entry = (id: string, author: string) => ({
      url: `https://arxiv.org/abs/${id}`,
      title: `Paper ${id}`,
      authors: [author],
      category: 'cs.LG',
      abstract: 'Of nothing.',
      parts: [],
    });
    const text = writeMarkdown({ entries: [entry(A, 'Ada Park'), entry(B, latin(3_000)), entry(C, 'Li')] });
    const report = await ingestFile(database.pool, textFile('2026-01-15_AI_enhanced_English.md', text));
    expect(report).toMatchObject({ status: 'PARTIAL', entries: 2, rejected: 1 });
    expect(await stored()).toEqual([A, C]);
  });
});

describe('a file is refused if', () => {
  test.each([
    [
      'its source',
      'test'.repeat(125),
      `2026-01-15_database.jsonl`,
      'a source: expected at most 500 bytes of UTF-8, got 509',
    ],
    [
      'its name',
      'test',
      `2026-01-15${'ö'.repeat(130)}.jsonl`,
      'a file: expected at most 255 bytes of UTF-8, got 276',
    ],
  ])('%s is too long', async (_what, source, fileName, said) => {
    const report = await ingestFile(database.pool, textFile(fileName, jsonl(jsonRecord(A)), source));
    expect(report).toMatchObject({ status: 'REFUSED', digest: null });
    expect(report.problems[0]?.message).toContain(said);
  });
});

describe('the store keeps, and finds,', () => {
  test.each([
    ['an author of 1,000 bytes', latin(1_000)],
    ['an author of 1,000 bytes in characters of four', rare(250)],
  ])('%s', async (_what, name) => {
    const record = jsonRecord(A, { authors: [name] });
    const report = await ingestFile(database.pool, textFile('2026-01-15.jsonl', jsonl(record)));
    expect(report.status).toBe('STORED');
    const { data } = await queryOf(database)(
      `query ($name: String) {
        author(by: {name: $name}) { name paperCount } authors(orderBy: NAME) { nodes { name } } }`,
      { name },
    );
    expect(data).toEqual({ author: { name, paperCount: 1 }, authors: { nodes: [{ name }] } });
  });

  test('a title of the maximum length, in its place in the order', async () => {
    const titles = { [A]: `aa ${latin(9_000)}`, [B]: `bb ${rare(9_000)}`, [C]: `cc ${han(9_000)}` };
    const records = Object.entries(titles).map(([id, title]) => jsonRecord(id, { title }));
    const report = await ingestFile(database.pool, textFile('2026-01-15.jsonl', jsonl(...records)));
    expect(report).toMatchObject({ status: 'STORED', entries: 3 });
    const nodes = await walk<{ title: string }>(queryOf(database), {
      field: 'papers(orderBy: TITLE, ',
      select: 'title',
      size: 1,
      backward: true,
    });
    expect(nodes.map(({ title }) => title)).toEqual(Object.values(titles));
  });
});
