import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestPath } from '../support/digest-files.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { walk } from '../support/walk.ts';

const FOLDER = '../shared/digests';
const FILES = ['0x0217/2026-01-16.md', 'bguanmath/2025-12-02.md', 'Xianghui-Cao/2026-06-27.md'];

const EVERYTHING = `id position category { id code name archive aliases paperCount }
  summary { id language status tldr motivation method result conclusion sections { label text } entry { id } }
  paper { id arxivId version title abstract comment absUrl pdfUrl codeUrl codeStars codeUpdatedOn subjectClasses
    firstDigestDate firstSeenAt updatedAt primaryCategory { code } categories { code }
    authors(first: 3) { totalCount edges { position printedName node { name paperCount categories { paperCount category { code } }
      papers(first: 2) { totalCount nodes { arxivId } } } } }
    summary { id } summaries { totalCount } digests { nodes { id } } entries { nodes { id } } }`;

/** How many entries each file holds, as the corpus says. */
function entriesOf(files: readonly string[]): number[] {
  const lines = readFileSync(path.join(FOLDER, 'expected.jsonl'), 'utf8').trim().split('\n');
  const expected = lines.map((line) => JSON.parse(line) as { file: string; papers: number });
  return expected.filter(({ file }) => files.includes(file)).map(({ papers }) => papers);
}

describe.skipIf(!existsSync(FOLDER))('real digests (needs ../shared/digests)', () => {
  let database: TestDatabase;
  let query: Query;

  beforeAll(async () => {
    database = await openTestDatabase();
    for (const file of FILES) await ingestPath(database.pool, path.join(FOLDER, file), {});
    query = queryOf(database);
  });
  afterAll(async () => await database.close());

  test('come back as Markdown, byte for byte but for NUL', async () => {
    const { data, errors } = await query<{ digests: { nodes: { date: string; markdown: string }[] } }>(
      '{ digests { nodes { date markdown } } }',
    );
    expect(errors).toBeUndefined();
    for (const file of FILES) {
      const digest = data.digests.nodes.find(({ date }) => file.includes(date));
      expect(digest?.markdown === readFileSync(path.join(FOLDER, file), 'utf8').replaceAll('\0', '')).toBe(
        true,
      );
    }
  });

  test('answer for every entry with everything that hangs on it', async () => {
    const { data } = await query<{ digests: { nodes: { id: string; entryCount: number }[] } }>(
      '{ digests { nodes { id entryCount } } }',
    );
    const counts = data.digests.nodes.map(({ entryCount }) => entryCount);
    expect(new Set(counts)).toEqual(new Set(entriesOf(FILES)));
    for (const { id, entryCount } of data.digests.nodes) {
      const entries = await walk<{
        position: number;
        paper: { primaryCategory: object; authors: { totalCount: number } };
      }>(query, {
        field: 'entries(',
        select: EVERYTHING,
        size: 90,
        within: `digest(by: {id: "${id}"}) { FIELD }`,
      });
      expect(entries.map(({ position }) => position)).toEqual(
        Array.from({ length: entryCount }, (_, n) => n + 1),
      );
      expect(
        entries.every(({ paper }) => paper.primaryCategory !== null && paper.authors.totalCount > 0),
      ).toBe(true);
    }
  });
});
