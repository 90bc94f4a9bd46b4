import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOCUMENT_ATTACKS, times, type Attack } from './expensive-documents.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ATTACKED_PAPERS, expectInnocentAnswered } from '../support/innocent.ts';
import { ingestRecords, startLiveServer, type LiveServer } from '../support/live.ts';
import { request } from '../support/socket.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await ingestRecords(database.pool, '2026-01-14.jsonl', ATTACKED_PAPERS);
});
afterAll(async () => await database.close());

/** The code of the first error, or `answered` if the answer is data. */
type Verdict = string;

const LONG = [413, 'BAD_REQUEST'] as const;
const SHAPE = [400, 'BAD_REQUEST'] as const;
const COST = [400, 'QUERY_TOO_COMPLEX'] as const;
const INVALID = [400, 'GRAPHQL_VALIDATION_FAILED'] as const;
const INPUT = [400, 'BAD_USER_INPUT'] as const;
/** Found while the operation runs, so that the answer has status 200. */
const LATE = [200, 'BAD_USER_INPUT'] as const;
const SYNTAX = [400, 'GRAPHQL_PARSE_FAILED'] as const;
const ANSWERED = [200, 'answered'] as const;

type Answer = readonly [status: number, verdict: Verdict];
interface Payload {
  readonly data?: object | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

const verdict = ({ data, errors }: Payload): Verdict =>
  errors?.[0]?.extensions.code ?? (data == null ? 'nothing' : 'answered');

async function byPost({ url }: LiveServer, attack: Attack | string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  const body = typeof attack === 'string' ? attack : JSON.stringify(attack);
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  return [response.status, verdict((await response.json()) as Payload)];
}

/** Over a WebSocket; refusals before execution are messages `error`. */
async function bySocket({ url }: LiveServer, { query }: Attack): Promise<Verdict> {
  const [message] = await request(url, query);
  const payload = message?.payload;
  return verdict(
    Array.isArray(payload) ? { errors: payload as Payload['errors'] & {} } : (payload as Payload),
  );
}

const repeat = (count: number, part: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => part(n)).join(' ');
const FILTERED = 'query ($filter: PaperFilter) { papers(filter: $filter) { totalCount } }';
/** A body with a filter of so many levels. As text: values of so many levels cannot be written as JSON. */
const deep = (levels: number, open: string, close: string): string =>
  `{"query": "${FILTERED}", "variables": {"filter": ${open.repeat(levels)}1${close.repeat(levels)}}}`;
const INTROSPECTED = (levels: number): string =>
  `{ __schema { types { ${'fields { type { '.repeat(levels)} name ${'} } '.repeat(levels)} } } }`;

/** Attacks that do harm by what they select, with the answer that each must get. */
const ANSWERS: Record<keyof typeof DOCUMENT_ATTACKS, Answer> = {
  'abstracts under 1,200 aliases': SHAPE,
  'abstracts under 90 aliases': COST,
  'Markdown under 30 aliases': COST,
  'five lists of 100 within one another': COST,
  'a common word under 50 aliases': COST,
  'facets under 50 aliases': COST,
  'highlights of 20 searches': COST,
  'introspection under 100 aliases': COST,
  'overlapping fields in inline fragments': ANSWERED,
  'overlapping fields in named fragments': ANSWERED,
  'overlapping fields, twice on each level': COST,
  '25 fragments that spread one another twice': ANSWERED,
  'a type name 3,000 times': LONG,
  '1 MB of fragments': LONG,
};

const OTHERS: Record<string, readonly [attack: Attack | string, answer: Answer]> = {
  '500 fragments': [
    { query: `{ __typename } ${repeat(500, (n) => `fragment F${n} on Query { __typename }`)}` },
    SHAPE,
  ],
  '1,000 operations': [{ query: repeat(1_000, (n) => `query A${n} { __typename }`) }, LONG],
  'a fragment that spreads itself': [{ query: '{ ...A } fragment A on Query { ...A }' }, INVALID],
  'three fragments in a circle': [
    {
      query:
        '{ ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A }',
    },
    INVALID,
  ],
  'a circle below a field': [
    {
      query:
        '{ papers { ...A } } fragment A on PaperConnection { nodes { authors { nodes { papers { ...A } } } } }',
    },
    INVALID,
  ],
  'a thousand directives': [{ query: `{ __typename ${'@skip(if: false) '.repeat(1_000)} }` }, SHAPE],
  '60 directives': [{ query: `{ __typename ${'@skip(if: false) '.repeat(60)} }` }, SHAPE],
  '50 unknown directives': [{ query: `{ __typename ${'@a '.repeat(50)} }` }, INVALID],
  '90 unknown fields': [{ query: `{ ${repeat(90, (n) => `paperz${n}`)} }` }, INVALID],
  '300 unknown variables': [
    { query: `{ papers(filter: { ids: [${repeat(300, (n) => `$v${n}`)}] }) { totalCount } }` },
    INVALID,
  ],
  'introspection in a circle': [{ query: INTROSPECTED(4) }, INVALID],
  'introspection behind fragments in a circle': [
    {
      query: `{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } }
        fragment B on __Type { fields { type { fields { type { fields { name } } } } } }`,
    },
    INVALID,
  ],
  '10,000 levels': [{ query: '{ a '.repeat(5_000) }, SHAPE],
  'levels of lists in an argument': [
    { query: `{ papers(filter: ${'['.repeat(190)}${']'.repeat(190)}) { totalCount } }` },
    INVALID,
  ],
  'brackets that a comment closes': [{ query: `#${'}'.repeat(500)}\n${'{ a '.repeat(500)}` }, SHAPE],
  'brackets that a block string closes': [
    {
      query: `{ papers(filter: { search: """${'}'.repeat(500)}""" }) { totalCount } ${'a { '.repeat(300)} }`,
    },
    SHAPE,
  ],
  'a megabyte of comment': [{ query: `#${'x'.repeat(1_000_000)}\n{ __typename }` }, LONG],
  '30,000 characters of comment': [{ query: `#${'x'.repeat(30_000)}\n{ __typename }` }, LONG],
  '19,000 commas': [{ query: `{ __typename ${','.repeat(19_000)} }` }, ANSWERED],
  'a block string of 19,000 lines': [
    { query: `{ papers(filter: { search: """${'\n'.repeat(19_000)}""" }) { totalCount } }` },
    ANSWERED,
  ],
  'a block string that does not end': [
    { query: `{ papers(filter: { search: """${'x'.repeat(19_000)}` },
    SYNTAX,
  ],
  'a string of escapes': [
    {
      query: String.raw`{ papers(filter: { search: "${String.raw`\u{10FFFF}`.repeat(1_500)}" }) { totalCount } }`,
    },
    LATE,
  ],
  'escapes of half characters': [
    { query: String.raw`{ papers(filter: { search: "\uD800" }) { totalCount } }` },
    SYNTAX,
  ],
  'nothing but a byte order mark': [{ query: '\uFEFF' }, SYNTAX],
  'aliases with names of prototypes': [
    {
      query:
        '{ __proto__: __typename constructor: __typename hasOwnProperty: __typename toString: __typename }',
    },
    ANSWERED,
  ],
  'variables with names of prototypes': [
    {
      query:
        'query ($constructor: String, $toString: String) { papers(filter: { search: $constructor, titleAndMore: $toString }) { totalCount } }',
    },
    INVALID,
  ],
  '10,000 levels of lists in a variable': [deep(10_000, '[', ']'), INPUT],
  '5,000 levels of objects in a variable': [deep(5_000, '{"not":', '}'), INPUT],
  'a filter of 90 levels': [deep(90, '{"not":', '}'), INPUT],
  'a filter of 1,000 parts': [
    {
      query: FILTERED,
      variables: { filter: { or: Array.from({ length: 1_000 }, () => ({ hasCode: true })) } },
    },
    LATE,
  ],
  '4,000 variables that no operation declares': [
    {
      query: '{ __typename }',
      variables: Object.fromEntries(Array.from({ length: 4_000 }, (_, n) => [`v${n}`, n])),
    },
    ANSWERED,
  ],
  'a long variable that is used 300 times': [
    {
      query: `query ($s: String) { papers(filter: { or: [${'{search: $s} '.repeat(300)}] }) { totalCount } }`,
      variables: { s: 'x'.repeat(4_000) },
    },
    INPUT,
  ],
  'a page of 2,147,483,647 papers': [{ query: '{ papers(first: 2147483647) { totalCount } }' }, LATE],
  'a page of more papers than a number holds': [
    { query: `{ papers(first: ${'9'.repeat(400)}) { totalCount } }` },
    INPUT,
  ],
  'a page of -1 papers': [{ query: '{ papers(first: -1) { totalCount } }' }, [200, 'BAD_USER_INPUT']],
  'a price hidden behind the default of a variable': [
    {
      query: `query ($n: Int = 100) { papers(first: $n) { nodes { authors(first: $n) { nodes { papers(first: $n) {
        nodes { title } } } } } } }`,
    },
    COST,
  ],
  'a price hidden behind `last`': [
    {
      query:
        '{ papers(last: 100) { nodes { authors(last: 100) { nodes { papers(last: 100) { nodes { title } } } } } } }',
    },
    COST,
  ],
  'a price hidden behind `edges`': [
    {
      query: `{ papers(first: 100) { edges { node { authors(first: 100) { edges { node { papers(first: 100) {
        edges { node { title } } } } } } } } } }`,
    },
    COST,
  ],
  'a price hidden behind fragments': [
    {
      query: `{ ...A } fragment A on Query { papers(first: 100) { nodes { ...B } } }
        fragment B on Paper { ... on Node { ... on Paper { authors(first: 100) { nodes { ...C } } } } }
        fragment C on Author { papers(first: 100) { nodes { title } } }`,
    },
    COST,
  ],
  'a price hidden behind ids': [
    {
      query: `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Paper { related(first: 100) { paper { related(first: 100) {
        paper { title } } } } } } }`,
      variables: { ids: Array.from({ length: 100 }, () => 'x') },
    },
    COST,
  ],
  'papers related to related papers': [
    {
      query:
        '{ papers(first: 100) { nodes { related(first: 100) { paper { related(first: 100) { score } } } } } }',
    },
    COST,
  ],
  'operations in an array': [
    [{ query: '{ __typename }' }, { query: '{ __typename }' }] as unknown as Attack,
    SHAPE,
  ],
  'a name of an operation of 50,000 characters': [
    { query: '{ __typename }', operationName: `${'x'.repeat(50_000)}\n` } as Attack,
    [400, 'OPERATION_RESOLUTION_FAILURE'],
  ],
};

describe('documents that once made others wait', () => {
  test.each(Object.entries(ANSWERS))('%s: %s', async (name, answer) => {
    const attack: Attack = DOCUMENT_ATTACKS[name as keyof typeof DOCUMENT_ATTACKS];
    const server = await startLiveServer(database);
    expect(await byPost(server, attack)).toEqual(answer);
    // A longer message closes the socket.
    const overSocket = attack.query.length < 100_000 ? await bySocket(server, attack) : answer[1];
    expect(overSocket).toBe(answer[1]);
    await expectInnocentAnswered(server);
  });
});

describe('hostile documents and variables', () => {
  test.each(Object.entries(OTHERS))('%s', async (_name, [attack, answer]) => {
    const server = await startLiveServer(database);
    expect(await byPost(server, attack)).toEqual(answer);
    await expectInnocentAnswered(server);
  });
});

test('no more errors are listed than a person would read', async () => {
  const { post } = await startLiveServer(database);
  for (const query of [`{ ${repeat(90, (n) => `paperz${n}`)} }`, `{ ${times(90, () => 'nothing')} }`]) {
    const { errors } = (await (await post({ query })).json()) as Payload;
    expect(errors?.length).toBeLessThanOrEqual(100);
  }
});
