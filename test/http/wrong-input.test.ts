import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { overEvents, overWebSocket, startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const DAY = 'expected a calendar day as YYYY-MM-DD, got "2025-02-29"';
const FROM = ['filter', 'digestDates', 'from'];
const BAD = { digestDates: { from: '2025-02-29' } };
const asVariable = 'query ($f: PaperFilter) { papers(filter: $f) { totalCount } }';

const WRONG: [query: string, variables: Record<string, unknown>, argument: string[], message: string][] = [
  ['{ papers(filter: {digestDates: {from: "2025-02-29"}}) { totalCount } }', {}, FROM, DAY],
  [
    '{ papers(filter: {or: [{}, {digestDates: {from: "2025-02-29"}}]}) { totalCount } }',
    {},
    ['filter', 'or', '1', 'digestDates', 'from'],
    DAY,
  ],
  [asVariable, { f: BAD }, FROM, DAY],
  [asVariable, { f: { or: [{}, BAD] } }, ['filter', 'or', '1', 'digestDates', 'from'], DAY],
  [
    'query ($d: Date) { papers(filter: {digestDates: {from: $d}}) { totalCount } }',
    { d: '2025-02-29' },
    FROM,
    DAY,
  ],
  [
    'query ($f: PaperFilter = {digestDates: {from: "2025-02-29"}}) { papers(filter: $f) { totalCount } }',
    {},
    ['$f', 'digestDates', 'from'],
    DAY,
  ],
  [
    'mutation { ingestDigest(input: {document: {url: "nowhere"}, source: "me"}) { run { id } } }',
    {},
    ['input', 'document', 'url'],
    'expected an absolute URL, got "nowhere"',
  ],
  ['{ feed(after: 12) { cursor } }', {}, ['after'], 'expected a cursor of the feed, got 12'],
  ['{ papers(first: "x") { totalCount } }', {}, ['first'], 'Int cannot represent'],
  ['query ($n: Int) { papers(first: $n) { totalCount } }', { n: 'x' }, ['first'], 'Int cannot represent'],
  ['query ($n: Int!) { papers(first: $n) { totalCount } }', {}, ['first'], 'was not provided'],
];

test('a wrong scalar, literal or variable, is BAD_USER_INPUT with its argument over HTTP and WebSocket', async () => {
  const { url, post } = await startLiveServer(database);
  for (const [query, variables, argument, message] of WRONG) {
    const errors = [
      {
        message: expect.stringContaining(message) as string,
        locations: [{ line: 1, column: expect.any(Number) as number }],
        extensions: { code: 'BAD_USER_INPUT', argument },
      },
    ];
    const http: unknown = await (await post({ query, variables })).json();
    const socket = await overSocket(url, query, variables);
    expect({ query, http, socket }).toEqual({ query, http: { errors }, socket: { errors } });
  }
});

/** The response as it would be over HTTP: from a message `next`, or from an `error` before execution. */
async function overSocket(url: string, query: string, variables: Record<string, unknown>): Promise<unknown> {
  try {
    return (await overWebSocket(url, query, variables).next()).value;
  } catch (errors) {
    return { errors };
  }
}

test.each([overWebSocket, overEvents])('a subscription gets the same error', async (over) => {
  const { url } = await startLiveServer(database);
  const query = 'subscription ($f: PaperFilter) { paperIngested(filter: $f) { cursor } }';
  expect((await over(url, query, { f: BAD }).next()).value).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: FROM } }],
  });
});

test('a mistake in the document itself is still GRAPHQL_VALIDATION_FAILED', async () => {
  const { post } = await startLiveServer(database);
  for (const query of [
    '{ nothing }',
    '{ papers(filter: {nothing: 1}) { totalCount } }',
    '{ papers(orderBy: NONE) { totalCount } }',
  ])
    expect(await (await post({ query })).json()).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
});
