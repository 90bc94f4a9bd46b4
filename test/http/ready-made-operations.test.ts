import { Kind, OperationTypeNode, parse, visit } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContextFactory } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { readyMadeOperations } from '../../src/http/graphiql/ready-made-operations.ts';
import { ingestSample } from '../../src/ingest/sample.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';

const named = readyMadeOperations.map((operation) => {
  const [definition] = parse(operation.query).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('expected an operation');
  return { ...operation, name: definition.name?.value, type: definition.operation };
});
// Subscriptions show nothing until something comes in; the test in a browser runs them.
const queries = named.filter(({ type }) => type === OperationTypeNode.QUERY);

test('every ready-made operation has its own name', () => {
  const names = named.map(({ name }) => name);
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
});

test('comments fit into the editor beside a response', () => {
  const comments = readyMadeOperations.flatMap(({ query }) => query.match(/^#.*$/gm) ?? []);
  for (const comment of comments) expect(comment.length).toBeLessThanOrEqual(44);
});

describe('on the bundled sample', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    await ingestSample(database.pool);
  });
  afterAll(async () => await database.close());

  test.each(queries)(
    '$name runs as it is and shows something in every field',
    async ({ query, variables }) => {
      const { post } = await startTestServer({
        schema,
        createContext: createContextFactory({ database, prepared: true }),
      });
      const response = await post({ query, variables: JSON.parse(variables ?? '{}') as unknown });
      const text = await response.text();

      expect(JSON.parse(text)).not.toHaveProperty('errors');
      for (const field of fieldsOf(query)) expect(text).toMatch(new RegExp(`"${field}":(?!null|\\[\\]|"")`));
    },
  );
});

function fieldsOf(query: string): Set<string> {
  const names = new Set<string>();
  visit(parse(query), { Field: ({ name }) => void names.add(name.value) });
  return names;
}
