import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COLLECTIONS, ingestOf } from '../support/collections.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { LONG } from '../support/long.ts';
import { expectRecall, expectStems, type Searched } from '../support/recall.ts';
import { walk, walkSearch } from '../support/walk.ts';

const TEXTS = 'arxivId title abstract summaries(first: 100) { nodes { sections { text } } }';

interface PaperTexts {
  readonly arxivId: string;
  readonly title: string | null;
  readonly abstract: string | null;
  readonly summaries: {
    readonly nodes: readonly { readonly sections: readonly { readonly text: string }[] }[];
  };
}

const collections = COLLECTIONS.filter(({ isSmall }) => isSmall || LONG);

describe.each(collections)('over $name, a search', (collection) => {
  let database: TestDatabase;
  let query: Query;
  let papers: Searched[];

  beforeAll(async () => {
    database = await openTestDatabase();
    for (const { file } of collection.taken) await ingestOf(collection, file, database.pool);
    query = queryOf(database);
    const nodes = await walk<PaperTexts>(query, { field: 'papers(', select: TEXTS, size: 100 });
    papers = nodes.map(({ arxivId, title, abstract, summaries }) => ({
      arxivId,
      texts: [
        title,
        abstract,
        ...summaries.nodes.flatMap(({ sections }) => sections.map(({ text }) => text)),
      ].filter((text) => text !== null),
    }));
  });
  afterAll(async () => await database.close());

  const search = async (text: string) => await walkSearch(query, text);

  test('for a run of Han characters finds all papers that contain it, and hardly any others', async () => {
    expect(papers.length).toBeGreaterThanOrEqual(collection.leastPapers);
    await expectRecall(papers, search);
  });

  test('for an English word finds what Postgres finds, and others only by parts of words', async () => {
    await expectStems(database.pool, papers, search);
  });
});
