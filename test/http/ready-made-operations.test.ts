import { Kind, parse, visit } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContextFactory } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { readyMadeOperations } from '../../src/http/ready-made-operations.ts';
import { ingestSample } from '../../src/ingest/sample.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';

const named = readyMadeOperations.map((operation) => {
  const [definition] = parse(operation.query).definitions;
  const name = definition?.kind === Kind.OPERATION_DEFINITION ? definition.name?.value : undefined;
  return { ...operation, name };
});

test('the ready-made operations each have a name of their own', () => {
  const names = named.map(({ name }) => name);
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
});

describe('on the bundled sample', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    await ingestSample(database);
  });
  afterAll(async () => await database.close());

  test.each(named)('$name runs as it is and shows something in every field', async ({ query, variables }) => {
    const { post } = await startTestServer({
      schema,
      createContext: createContextFactory({ database, prepared: true }),
    });
    const response = await post({ query, variables: JSON.parse(variables ?? '{}') as unknown });
    const text = await response.text();

    expect(JSON.parse(text)).not.toHaveProperty('errors');
    for (const field of fieldsOf(query)) expect(text).toMatch(new RegExp(`"${field}":(?!null|\\[\\]|"")`));
  });
});

function fieldsOf(query: string): Set<string> {
  const names = new Set<string>();
  visit(parse(query), { Field: ({ name }) => void names.add(name.value) });
  return names;
}
