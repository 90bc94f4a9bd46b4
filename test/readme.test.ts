import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { graphql } from 'graphql';
import { createContextFactory } from '../src/graphql/context.ts';
import { schema } from '../src/graphql/schema.ts';
import { ingestSample } from '../src/ingest/sample.ts';
import { openTestDatabase } from './support/database.ts';

const readme = readFileSync('README.md', 'utf8');

function block(language: string): string {
  const [, text] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(readme) ?? [];
  if (text === undefined) throw new Error(`README.md has no block of ${language}`);
  return text;
}

describe('README.md', () => {
  test('shows a query with the very answer that the sample gives', async () => {
    const database = await openTestDatabase();
    await ingestSample(database);
    const contextValue = createContextFactory({ database, prepared: true })();
    const answer = await graphql({ schema, source: block('graphql'), contextValue });
    expect(JSON.parse(JSON.stringify(answer))).toEqual(JSON.parse(block('json')));
    await database.close();
  });

  test('names only tests that are there', () => {
    const named = [...readme.matchAll(/\]\((test\/[^)]+)\)/g)].map(([, file]) => file ?? '');
    expect(named.length).toBeGreaterThan(5);
    for (const file of named) expect(readFileSync(file, 'utf8')).toMatch(/\btest[.(]/);
  });
});
