import { existsSync } from 'node:fs';
import path from 'node:path';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestPath } from '../support/digest-files.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { expectRecall, expectStems, type Searched } from '../support/recall.ts';
import { walk } from '../support/walk.ts';

const FOLDER = '../shared/digests';

const TEXTS = 'arxivId title abstract summaries(first: 100) { nodes { sections { text } } }';

interface PaperTexts {
  readonly arxivId: string;
  readonly title: string | null;
  readonly abstract: string | null;
  readonly summaries: {
    readonly nodes: readonly { readonly sections: readonly { readonly text: string }[] }[];
  };
}

describe.skipIf(!existsSync(FOLDER))('over real digests (needs ../shared/digests), a search', () => {
  let database: TestDatabase;
  let query: Query;
  let papers: Searched[];

  beforeAll(async () => {
    database = await openTestDatabase();
    for (const file of globSync('*/*.{md,jsonl,txt}', { cwd: FOLDER }).toSorted())
      await ingestPath(database.pool, path.join(FOLDER, file), {});
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

  const search = async (text: string) => {
    const nodes = await walk<{ arxivId: string }>(query, {
      field: 'papers(filter: {search: $text}, orderBy: NEWEST, ',
      select: 'arxivId',
      declare: '$text: String',
      variables: { text },
      size: 100,
    });
    return nodes.map(({ arxivId }) => arxivId);
  };

  test('for a run of Han characters finds all papers that hold it, and hardly any other', async () => {
    expect(papers.length).toBeGreaterThan(500);
    await expectRecall(papers, search);
  });

  test('for an English word finds the papers that have its stem, and no other', async () => {
    await expectStems(database.pool, papers, search);
  });
});
