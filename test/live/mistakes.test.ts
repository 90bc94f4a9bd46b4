import { once } from 'node:events';
import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { CreateContext } from '../../src/graphql/context.ts';
import type { OperationPlugin } from '../../src/pipeline/operation-context.ts';
import { EXTENSIONS } from '../support/cost.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { readEvents, startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

interface Operation {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

/** Sends an operation and returns its first result. */
type Transport = (url: string, operation: Operation) => Promise<Answer>;

const post: Transport = async (url, operation) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify(operation),
  });
  return (await response.json()) as Answer;
};

const urlOf = (url: string, { query, variables, operationName }: Operation): string => {
  const parameters = new URLSearchParams({ query });
  if (variables !== undefined) parameters.set('variables', JSON.stringify(variables));
  if (operationName !== undefined) parameters.set('operationName', operationName);
  return `${url}/graphql?${parameters.toString()}`;
};

const get: Transport = async (url, operation) =>
  (await (await fetch(urlOf(url, operation))).json()) as Answer;

const events: Transport = async (url, operation) => {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const { value } = await readEvents(url, operation, { signal: controller.signal }).next();
  const { id: _, ...answer } = value ?? {};
  return answer;
};

const eventsByGet: Transport = async (url, operation) => {
  const response = await fetch(urlOf(url, operation), { headers: { accept: 'text/event-stream' } });
  const text = await response.text();
  return JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? 'null') as Answer;
};

/** An answer before execution is a message `error`; later it is the payload of `next`. */
const socket: Transport = async (url, operation) => {
  const webSocket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  onTestFinished(() => webSocket.terminate());
  await once(webSocket, 'open');
  webSocket.send('{"type":"connection_init"}');
  await once(webSocket, 'message');
  webSocket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: operation }));
  const [text] = (await once(webSocket, 'message')) as [Buffer];
  const { type, payload } = JSON.parse(text.toString()) as { type: string; payload: unknown };
  return type === 'error' ? { errors: payload as Answer['errors'] & {} } : (payload as Answer);
};

const QUERY_TRANSPORTS = { post, get, events, eventsByGet, socket };
const BODY_TRANSPORTS = { post, events, socket };
const SUBSCRIPTION_TRANSPORTS = { events, eventsByGet, socket };

/** The errors of an operation over each transport. The ids of requests differ, so only their type is kept. */
async function answersOf(url: string, transports: Record<string, Transport>, operation: Operation) {
  const answers = Object.entries(transports).map(async ([name, send]) => {
    const { errors = [] } = await send(url, operation);
    const seen = errors.map(({ message, extensions }) => {
      const { requestId, ...others } = extensions ?? {};
      return {
        message,
        extensions: { ...others, ...(requestId !== undefined && { requestId: typeof requestId }) },
      };
    });
    return [name, seen] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

async function expectSame(
  url: string,
  {
    transports,
    operation,
    error,
  }: { transports: Record<string, Transport>; operation: Operation; error: object },
): Promise<void> {
  const answers = await answersOf(url, transports, operation);
  const [first] = Object.values(answers);
  expect(first).toMatchObject([error]);
  expect(answers).toEqual(Object.fromEntries(Object.keys(transports).map((name) => [name, first])));
}

const TWO = 'query A { feedCursor } query B { feedCursor }';
const DEEP: unknown = JSON.parse(`${'['.repeat(150)}${']'.repeat(150)}`);
const FILTERED = 'query ($filter: PaperFilter) { papers(filter: $filter) { totalCount } }';
const USED_OFTEN = `query ($s: String) {
  papers(filter: {or: [${'{search: $s} '.repeat(300)}]}) { totalCount }
}`;

const bad = (argument: string[], message: string, more: object = {}) => ({
  message: expect.stringContaining(message) as string,
  extensions: { code: 'BAD_USER_INPUT', argument, ...more },
});
const coded = (code: string, message = '') => ({
  message: expect.stringContaining(message) as string,
  extensions: { code },
});

const OF_QUERIES: Record<string, [operation: Operation, error: object]> = {
  'a syntax error': [{ query: '{ papers( }' }, coded('GRAPHQL_PARSE_FAILED', 'Syntax Error')],
  'an empty document': [{ query: '' }, coded('GRAPHQL_PARSE_FAILED', 'Syntax Error')],
  'an unknown field': [{ query: '{ nothing }' }, coded('GRAPHQL_VALIDATION_FAILED', 'nothing')],
  'a wrong enum value': [
    { query: '{ papers(orderBy: NONE) { totalCount } }' },
    coded('GRAPHQL_VALIDATION_FAILED', 'NONE'),
  ],
  'an unknown operation': [
    { query: TWO, operationName: 'C' },
    coded('OPERATION_RESOLUTION_FAILURE', 'operationName: expected'),
  ],
  'no name of several operations': [{ query: TWO }, coded('OPERATION_RESOLUTION_FAILURE', 'operationName')],
  'a wrong literal': [
    { query: '{ papers(filter: {digestDates: {from: "2025-02-29"}}) { totalCount } }' },
    bad(['filter', 'digestDates', 'from'], 'expected a calendar day'),
  ],
  'a wrong variable': [
    { query: FILTERED, variables: { filter: { digestDates: { from: '2025-02-29' } } } },
    bad(['filter', 'digestDates', 'from'], 'expected a calendar day'),
  ],
  'a variable of another type': [
    { query: FILTERED, variables: { filter: 1 } },
    bad(['filter'], 'PaperFilter'),
  ],
  'a missing variable': [
    { query: 'query ($n: Int!) { papers(first: $n) { totalCount } }' },
    bad(['first'], 'was not provided'),
  ],
  'a document that is nested too deep': [
    { query: '{ a '.repeat(300) },
    coded('BAD_REQUEST', 'query: expected brackets'),
  ],
  'a document that is nested too deep after closing brackets in a comment': [
    { query: `#${'}'.repeat(300)}\n${'{ a '.repeat(300)}` },
    coded('BAD_REQUEST', 'query: expected brackets'),
  ],
  'a document with too many tokens': [
    { query: `{ ${'a '.repeat(2_100)} }` },
    coded('BAD_REQUEST', 'query: expected at most 2000 tokens'),
  ],
  'too many levels of fields': [
    { query: `{ ${'papers { nodes { authors { nodes { '.repeat(6)} name ${'} } } } '.repeat(6)} }` },
    coded('BAD_REQUEST', 'query: expected at most 20 levels of fields, got 25'),
  ],
  'too many fields in a selection, which fragments hide': [
    {
      query: `{ ...A ...B } fragment A on Query { ${'__typename '.repeat(60)} }
        fragment B on Query { ${'__typename '.repeat(60)} }`,
    },
    coded('BAD_REQUEST', 'query: expected at most 100 fields in a selection, got 120'),
  ],
  'too many aliases': [
    { query: `{ ${Array.from({ length: 101 }, (_, n) => `a${n}: __typename`).join(' ')} }` },
    coded('BAD_REQUEST', 'query: expected at most 100 aliases, got 101'),
  ],
  'too many directives': [
    { query: `{ __typename ${'@include(if: true) '.repeat(51)} }` },
    coded('BAD_REQUEST', 'query: expected at most 50 directives, got 51'),
  ],
  'an operation that costs too much': [
    {
      query:
        '{ papers(first: 100) { nodes { authors(first: 100) { nodes { papers(first: 100) { nodes { title } } } } } } }',
    },
    coded('QUERY_TOO_COMPLEX', 'expected an operation of at most 50000 points'),
  ],
  'variables that are nested too deep': [
    { query: FILTERED, variables: { filter: DEEP } },
    coded('BAD_USER_INPUT', 'variables: expected lists'),
  ],
  'a cursor of no list': [
    { query: '{ papers(after: "nothing") { totalCount } }' },
    { extensions: { code: 'CURSOR_INVALID', argument: ['after'] } },
  ],
  'a page that is too large': [
    { query: '{ papers(first: 101) { totalCount } }' },
    bad(['first'], 'expected 0 to 100, got 101'),
  ],
  'a search that cannot be read': [
    { query: '{ papers(filter: {search: "graph (neural"}) { totalCount } }' },
    bad(['filter', 'search'], '', { position: expect.any(Number) as number }),
  ],
  'a cursor of no feed': [
    { query: '{ feed(after: "AAAAAAAAAADdr8Ag8ydfJSCqVVM") { cursor } }' },
    { extensions: { code: 'CURSOR_INVALID', argument: ['after'] } },
  ],
};

test.each(Object.entries(OF_QUERIES))(
  'every transport reports %s with the same code and message',
  async (_mistake, [operation, error]) => {
    const { url } = await startLiveServer(database);
    await expectSame(url, { transports: QUERY_TRANSPORTS, operation, error });
  },
);

/** Longer than the URLs that Node's HTTP server reads. */
const OF_LONG_QUERIES: Record<string, [operation: Operation, error: object]> = {
  'a document that is too long': [
    { query: `{ feedCursor }${' '.repeat(20_000)}` },
    coded('BAD_REQUEST', 'query: expected at most'),
  ],
  'variables that are used too often': [
    { query: USED_OFTEN, variables: { s: 'x'.repeat(4_000) } },
    coded('BAD_USER_INPUT', 'variables: expected at most'),
  ],
};

test.each(Object.entries(OF_LONG_QUERIES))(
  'every transport with a body reports %s with the same code and message',
  async (_mistake, [operation, error]) => {
    const { url } = await startLiveServer(database);
    await expectSame(url, { transports: BODY_TRANSPORTS, operation, error });
  },
);

const SUBSCRIPTION = `subscription ($after: FeedCursor, $first: Int, $filter: PaperFilter) {
  paperIngested(after: $after, first: $first, filter: $filter) { cursor }
}`;

const OF_SUBSCRIPTIONS: Record<string, [operation: Operation, error: object]> = {
  'an operation that costs too much': [
    {
      query: `subscription { paperIngested(first: 100) { events { paper {
        authors(first: 100) { nodes { papers(first: 100) { nodes { title } } } } } } } }`,
    },
    coded('QUERY_TOO_COMPLEX'),
  ],
  'a syntax error': [{ query: 'subscription {' }, coded('GRAPHQL_PARSE_FAILED')],
  'an unknown field': [{ query: 'subscription { nothing }' }, coded('GRAPHQL_VALIDATION_FAILED')],
  'an unknown operation': [
    { query: SUBSCRIPTION, operationName: 'Nothing' },
    coded('OPERATION_RESOLUTION_FAILURE'),
  ],
  'a cursor of no feed': [
    { query: SUBSCRIPTION, variables: { after: 'AAAAAAAAAADdr8Ag8ydfJSCqVVM' } },
    { extensions: { code: 'CURSOR_INVALID', argument: ['after'] } },
  ],
  'a batch that is too large': [{ query: SUBSCRIPTION, variables: { first: 101 } }, bad(['first'], '101')],
  'a wrong variable': [
    { query: SUBSCRIPTION, variables: { filter: { digestDates: { from: 'never' } } } },
    bad(['filter', 'digestDates', 'from'], 'expected a calendar day'),
  ],
  'a search that cannot be read': [
    { query: SUBSCRIPTION, variables: { filter: { search: 'graph (neural' } } },
    bad(['filter', 'search'], '', { position: expect.any(Number) as number }),
  ],
};

test.each(Object.entries(OF_SUBSCRIPTIONS))(
  'event streams and WebSockets report %s in a subscription with the same code and message',
  async (_mistake, [operation, error]) => {
    const { url } = await startLiveServer(database);
    await expectSame(url, { transports: SUBSCRIPTION_TRANSPORTS, operation, error });
  },
);

test.each([
  ['FORBIDDEN', undefined],
  ['UNAUTHENTICATED', 'a token of 16 characters'],
])('a digest posted without the token is %s over every transport of mutations', async (code, adminToken) => {
  const { url } = await startLiveServer(database, { ...(adminToken && { adminToken }) });
  const query =
    'mutation { ingestDigest(input: {document: {text: "x"}, source: "me", date: "2026-01-14"}) ' +
    '{ run { id } } }';
  await expectSame(url, {
    transports: BODY_TRANSPORTS,
    operation: { query },
    error: coded(code, 'ingestDigest: '),
  });
});

const MASKED = {
  message: expect.stringContaining('Something went wrong') as string,
  extensions: { code: 'INTERNAL', requestId: 'string' },
};

test('a failure of the server before execution is masked in the same way over every transport', async () => {
  const createContext: CreateContext = () => {
    throw new Error('secret');
  };
  const { url, logged } = await startLiveServer(database, { createContext });
  const operation = { query: '{ feedCursor }' };
  await expectSame(url, { transports: QUERY_TRANSPORTS, operation, error: MASKED });
  await expectSame(url, {
    transports: SUBSCRIPTION_TRANSPORTS,
    operation: { query: SUBSCRIPTION },
    error: MASKED,
  });
  const failures = logged.filter(({ msg }) => msg === 'operation failed');
  expect(failures).toHaveLength(8);
  expect(failures[0]).toMatchObject({ err: { message: 'secret' } });
});

test('a failure of a field is masked in the same way over every transport', async () => {
  // Without a store every read fails.
  const { url } = await startLiveServer(database, { createContext: () => ({ caller: { admin: 'no' } }) });
  const operation = { query: '{ papers { totalCount } }' };
  await expectSame(url, { transports: QUERY_TRANSPORTS, operation, error: MASKED });
  await expectSame(url, {
    transports: SUBSCRIPTION_TRANSPORTS,
    operation: { query: SUBSCRIPTION },
    error: MASKED,
  });
});

describe('a plugin', () => {
  /** Records the hooks that are called for an operation. */
  const recorder = (): { plugin: OperationPlugin; hooks: string[] } => {
    const hooks: string[] = [];
    const note = (name: string) => (): void => void hooks.push(name);
    const plugin: OperationPlugin = {
      onParams: note('onParams'),
      onParse: note('onParse'),
      onValidate: note('onValidate'),
      onContextBuilding: note('onContextBuilding'),
      onExecute: note('onExecute'),
      onSubscribe: note('onSubscribe'),
      onExecutionResult: note('onExecutionResult'),
    };
    return { plugin, hooks };
  };
  const BEFORE = ['onParams', 'onParse', 'onValidate', 'onContextBuilding'];

  test.each(Object.entries(QUERY_TRANSPORTS))('sees every step of a query over %s', async (_name, send) => {
    const { plugin, hooks } = recorder();
    const { url } = await startLiveServer(database, { plugins: [plugin] });
    expect(await send(url, { query: '{ feedCursor }' })).toMatchObject({ data: {} });
    expect(hooks).toEqual([...BEFORE, 'onExecute', 'onExecutionResult']);
  });

  test.each([
    ['events', events],
    ['socket', socket],
  ])('sees a subscription over %s, and the execution for its first batch', async (_name, send) => {
    const { plugin, hooks } = recorder();
    const { url } = await startLiveServer(database, { plugins: [plugin] });
    expect(await send(url, { query: SUBSCRIPTION })).toMatchObject({ data: {} });
    expect(hooks).toEqual([...BEFORE, 'onSubscribe', 'onExecutionResult', 'onContextBuilding', 'onExecute']);
  });

  test('that refuses an operation does so over every transport, with its own error', async () => {
    const refuse = (): never => {
      throw new GraphQLError('refused by a plugin', { extensions: { code: 'REFUSED', cost: 7 } });
    };
    const hooks: OperationPlugin[] = [
      { onParams: refuse },
      { onParse: refuse },
      { onContextBuilding: refuse },
    ];
    for (const plugin of hooks) {
      const { url } = await startLiveServer(database, { plugins: [plugin] });
      const error = { message: 'refused by a plugin', extensions: { code: 'REFUSED', cost: 7 } };
      await expectSame(url, { transports: QUERY_TRANSPORTS, operation: { query: '{ feedCursor }' }, error });
      await expectSame(url, {
        transports: SUBSCRIPTION_TRANSPORTS,
        operation: { query: SUBSCRIPTION },
        error,
      });
    }
  });

  test('that replaces a document does so over every transport', async () => {
    const documents = new Map([['known', '{ feedCursor }']]);
    const plugin: OperationPlugin = {
      onParams: ({ params, setParams }) => {
        const query = documents.get(params.query ?? '');
        if (query !== undefined) setParams({ ...params, query });
      },
    };
    const { url } = await startLiveServer(database, { plugins: [plugin] });
    for (const send of Object.values(QUERY_TRANSPORTS))
      expect(await send(url, { query: 'known' })).toEqual({
        data: { feedCursor: expect.any(String) as string },
        extensions: EXTENSIONS,
      });
  });
});
