import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { growRequest } from '../support/grown-documents.ts';
import { ATTACKED_PAPERS, expectInnocentAnswered } from '../support/innocent.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';
import { LONG } from '../support/long.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await ingestRecords(database.pool, '2026-01-14.jsonl', ATTACKED_PAPERS);
});
afterAll(async () => await database.close());

/** Codes that a client can get for a document of its own. All others would be a failure of the server. */
const EXPECTED = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'CURSOR_INVALID',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'QUERY_TOO_COMPLEX',
  'TIMEOUT',
]);

test('no document that the schema allows, with whatever arguments, is a failure of the server', async () => {
  // One client asks for everything here.
  const server = await startLiveServer(database, { limits: { costPerSecond: 0, maxEventLoopDelayMs: 0 } });
  let answered = 0;
  const numRuns = LONG ? 5_000 : 300;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 300, size: 'max' }), async (choices) => {
      const request = growRequest(schema, choices);
      const response = await server.post(request);
      const { errors = [] } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
      const found = errors.map(({ extensions }) => extensions.code);
      if (found.length === 0) answered += 1;
      expect(response.status).toBeLessThan(500);
      expect(found.filter((code) => !EXPECTED.has(code))).toEqual([]);
    }),
    { numRuns },
  );
  // The documents would prove little if most were refused.
  expect(answered).toBeGreaterThan(numRuns / 10);
  await expectInnocentAnswered(server);
});
