import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestPath } from '../support/digest-files.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { LONG } from '../support/long.ts';
import { difference, expectRecall, expectStems, type Searched } from '../support/recall.ts';
import { summaryParts } from '../../src/ingest/papers/summary-parts.ts';
import { walkSearch } from '../support/walk.ts';

// PAPERGRAPH_CORPUS=whole ingests all 92 days, which takes five minutes; by default every fourth day is
// ingested.
const EVERY = process.env['PAPERGRAPH_CORPUS'] === 'whole' ? 1 : 4;
const ARCHIVE = '../shared/corpus/dw-dengwei-2026-03-to-05.tar.xz';

describe.skipIf(!LONG || !existsSync(ARCHIVE))('over days of real digests (long form), a search', () => {
  let database: TestDatabase;
  let query: Query;
  let folder: string;
  let papers: (Searched & { readonly title: string })[];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'papergraph-corpus-'));
    execFileSync('tar', ['-xJf', path.resolve(ARCHIVE), '-C', folder]);
    database = await openTestDatabase();
    const days = readdirSync(folder).toSorted();
    for (const name of days.filter((_, day) => day % EVERY === 0))
      await ingestPath(database.pool, path.join(folder, name), { source: 'corpus' });
    query = queryOf(database);
    const { rows } = await database.pool.query<{ arxivId: string; title: string; texts: string[] }>(`
      select p.arxiv_id as "arxivId", p.title, array[p.title, p.abstract] || array(
        select part->>'text' from digest_entry e join summary m on m.entry_id = e.id
          cross join jsonb_array_elements(${summaryParts.text}) part
        where e.paper_id = p.id and e.current and m.status <> 'FAILED') as texts
      from paper p`);
    papers = rows;
  }, 3_600_000);
  afterAll(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  const search = async (text: string) => await walkSearch(query, text);

  test.each([
    ['LLM', 'LLMs'],
    ['agent', 'agents'],
    ['CNN', 'CNNs'],
    ['强化学习', '強化學習'],
    ['"大语言模型"', '"大語言模型"'],
  ])('for %s returns the same papers as a search for %s', async (one, other) => {
    const found = await search(one);
    expect(found.length).toBeGreaterThan(10);
    expect(difference(await search(other), found)).toEqual([]);
  });

  test('for part of a word with slashes or dots finds the titles with that word', async () => {
    const joined = (title: string): string[] =>
      title.match(/(?<![\w/.\\$-])[a-z\d]+(?:[/.][a-z\d]+)+(?![\w/.-])/gi) ?? [];
    const words = [...new Set(papers.flatMap(({ title }) => joined(title)))].slice(0, 20);
    expect(words.length).toBeGreaterThanOrEqual(10);
    for (const word of words) {
      const expected = papers
        .filter(({ title }) => joined(title).includes(word))
        .map(({ arxivId }) => arxivId);
      for (const part of [word, ...word.split(/[/.]/)]) {
        const found = await search(`"${part}"`);
        expect([part, ...difference(found, [...found, ...expected])]).toEqual([part]);
      }
    }
  });

  test('for a run of Han characters finds all papers that contain it, and hardly any others', async () => {
    await expectRecall(papers, search);
  });

  test('for an English word finds what Postgres finds, and others only by parts of words', async () => {
    await expectStems(database.pool, papers, search);
  });
});
