import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf, COLLECTIONS, ingestOf } from '../support/collections.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { walk } from '../support/walk.ts';

const EVERYTHING = `id position category { id code name archive aliases paperCount }
  summary { id language status tldr motivation method result conclusion sections { label text } entry { id } }
  paper { id arxivId version title abstract comment absUrl pdfUrl codeUrl codeStars codeUpdatedOn subjectClasses
    firstDigestDate firstSeenAt updatedAt primaryCategory { code } categories { code }
    authors(first: 3) { totalCount edges { position printedName node { name paperCount categories { paperCount category { code } }
      papers(first: 2) { totalCount nodes { arxivId } } } } }
    summary { id } summaries { totalCount } digests { nodes { id } } entries { nodes { id } } }`;

describe.each(COLLECTIONS)('$name', (collection) => {
  const files = collection.identical.filter((file) => !(file in collection.dates));
  let database: TestDatabase;
  let query: Query;

  beforeAll(async () => {
    database = await openTestDatabase();
    for (const file of files) await ingestOf(collection, file, database.pool);
    query = queryOf(database);
  });
  afterAll(async () => await database.close());

  test('are exported as Markdown, byte for byte except NUL', async () => {
    const { data, errors } = await query<{ digests: { nodes: { date: string; markdown: string }[] } }>(
      '{ digests { nodes { date markdown } } }',
    );
    expect(errors).toBeUndefined();
    for (const file of files) {
      const digest = data.digests.nodes.find(({ date }) => file.includes(date));
      const text = bytesOf(collection, file).toString().replaceAll('\0', '');
      expect(digest?.markdown === text).toBe(true);
    }
  });

  test('return every entry with everything that belongs to it', async () => {
    const { data } = await query<{ digests: { nodes: { id: string; entryCount: number }[] } }>(
      '{ digests { nodes { id entryCount } } }',
    );
    const counts = data.digests.nodes.map(({ entryCount }) => entryCount);
    const truths = collection.taken.filter(({ file }) => files.includes(file));
    expect(new Set(counts)).toEqual(new Set(truths.map(({ papers }) => papers)));
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
