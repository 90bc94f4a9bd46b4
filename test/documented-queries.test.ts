import { readFileSync } from 'node:fs';
import { graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContextFactory } from '../src/graphql/context.ts';
import { schema } from '../src/graphql/schema.ts';
import { ingestSample } from '../src/ingest/sample.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';

/** The queries of a page, each with its heading and the answer printed behind it. */
function examplesOf(page: string): { file: string; title: string; query: string; answer: string }[] {
  const text = readFileSync(page, 'utf8');
  const example =
    /^## (?<title>[^\n]+)\n(?:(?!^## ).)*?```graphql\n(?<query>.*?)```\n.*?```json\n(?<answer>.*?)```/gms;
  return [...text.matchAll(example)].map(({ groups = {} }) => ({
    file: page,
    title: groups['title'] ?? '',
    query: groups['query'] ?? '',
    answer: groups['answer'] ?? '',
  }));
}

const examples = [...examplesOf('README.md'), ...examplesOf('docs/querying.md')];

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await ingestSample(database.pool);
});
afterAll(async () => await database.close());

describe('what the documents show as an answer', () => {
  test.each(examples)('is what the sample gives: $file, $title', async ({ query, answer }) => {
    const contextValue = createContextFactory({ database, prepared: true })();
    await contextValue.version();
    const result = await graphql({ schema, source: query, contextValue });
    expect(JSON.parse(JSON.stringify(result))).toEqual(JSON.parse(answer));
  });

  test('covers the question of the README and ten more', () => {
    expect(examples.map(({ file }) => file)).toEqual([
      'README.md',
      ...Array.from({ length: 10 }, () => 'docs/querying.md'),
    ]);
  });
});
