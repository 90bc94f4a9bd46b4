import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { TrustedDocuments } from '../../src/pipeline/trusted-documents.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { readEvents, startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const SUBSCRIPTION = 'subscription Papers { paperIngested { cursor } }';
const QUERY = 'query Cursor { feedCursor }';
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const idOf = (text: string): string => `sha256:${hashOf(text)}`;
const apollo = (text: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(text) } },
});

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/** Sends an operation and returns its first result. */
type Transport = (url: string, operation: object) => Promise<Answer>;

const events: Transport = async (url, operation) => {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const { value } = await readEvents(url, operation, { signal: controller.signal }).next();
  return (value ?? {}) as Answer;
};

const socket: Transport = async (url, operation) => {
  const webSocket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  onTestFinished(() => webSocket.terminate());
  await once(webSocket, 'open');
  webSocket.send('{"type":"connection_init"}');
  await once(webSocket, 'message');
  webSocket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: operation }));
  const [text] = (await once(webSocket, 'message')) as [Buffer];
  const { type, payload } = JSON.parse(text.toString()) as { type: string; payload: unknown };
  return type === 'error' ? { errors: payload as NonNullable<Answer['errors']> } : (payload as Answer);
};

const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.code;

describe.each([
  ['an event stream', events],
  ['a WebSocket', socket],
])('over %s', (_name, send) => {
  test('an operation may name its document, in either form', async () => {
    const trusted = new TrustedDocuments([SUBSCRIPTION, QUERY].map((text) => [idOf(text), text]));
    const { url } = await startLiveServer(database, { documents: { trusted, onlyTrusted: true } });
    for (const text of [SUBSCRIPTION, QUERY])
      for (const named of [{ documentId: idOf(text) }, apollo(text), { query: '', ...apollo(text) }])
        expect((await send(url, named)).data).toBeDefined();
    expect(codeOf(await send(url, { query: `${SUBSCRIPTION} ` }))).toBe('FORBIDDEN');
    expect(codeOf(await send(url, apollo('{ feedCursor }')))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  test('a subscription registers its document', async () => {
    const { url } = await startLiveServer(database);
    const unknown = await send(url, apollo(SUBSCRIPTION));
    expect(unknown.errors).toMatchObject([
      { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
    ]);
    expect((await send(url, { query: SUBSCRIPTION, ...apollo(SUBSCRIPTION) })).data).toBeDefined();
    expect((await send(url, { documentId: idOf(SUBSCRIPTION) })).data).toBeDefined();
  });
});
