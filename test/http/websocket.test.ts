import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { EXTENSIONS } from '../support/cost.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';
import { noContext } from '../support/server.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

interface Received {
  readonly id?: string;
  readonly type: string;
  readonly payload?: { readonly data?: Record<string, unknown> };
}

/** An acknowledged socket, and the messages that it has received since. */
async function connected(url: string): Promise<{ received: Received[]; send: (message: object) => void }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  const received: Received[] = [];
  socket.on('message', (text: Buffer) => received.push(JSON.parse(String(text)) as Received));
  return { received, send: (message) => socket.send(JSON.stringify(message)) };
}

const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });
const complete = (id: string) => ({ id, type: 'complete' });

/** A schema whose answers are held until they are let go. */
function holding() {
  const held = new Map<string, () => void>();
  const schema = buildSchema('type Query { answer(to: String): String } type Subscription { none: Int }');
  const answer = schema.getQueryType()?.getFields()['answer'];
  if (answer !== undefined)
    answer.resolve = async (_root, { to }: { to: string }) =>
      await new Promise((resolve) => held.set(to, () => resolve(to)));
  const begun = async (to: string): Promise<void> => {
    await expect.poll(() => held.has(to)).toBe(true);
  };
  return { schema, begun, letGo: (to: string) => held.get(to)?.() };
}

describe('an id of a WebSocket', () => {
  test('can be reused right after `complete`: each query gets only its own response', async () => {
    const { schema, begun, letGo } = holding();
    const { url } = await startLiveServer(database, { schema, createContext: noContext });
    const { received, send } = await connected(url);
    for (let round = 0; round < 12; round += 1) {
      send(subscribe('1', `{ answer(to: "left ${round}") }`));
      // An operation that is completed before it runs is never run.
      if (round % 2 === 0) await begun(`left ${round}`);
      send(complete('1'));
      send(subscribe('1', `{ answer(to: "kept ${round}") }`));
      await begun(`kept ${round}`);
      letGo(`left ${round}`);
      letGo(`kept ${round}`);
      await expect.poll(() => received.length).toBe(2 * (round + 1));
      expect(received.slice(-2)).toEqual([
        { id: '1', type: 'next', payload: { data: { answer: `kept ${round}` }, extensions: EXTENSIONS } },
        { id: '1', type: 'complete' },
      ]);
    }
  });

  test('belongs to the second subscription after `complete` of the first', async () => {
    const { url, feed } = await startLiveServer(database);
    const { received, send } = await connected(url);
    send(subscribe('1', 'subscription { left: paperIngested { caughtUp events { cursor } } }'));
    send(complete('1'));
    send(subscribe('1', 'subscription { kept: paperIngested { caughtUp events { cursor } } }'));
    await expect.poll(() => received.length).toBe(1);
    await expect.poll(() => feed.size()).toBe(1);
    await ingestRecords(database.pool, '2026-01-14.jsonl', ['2601.00001']);
    await expect.poll(() => received.length).toBe(2);
    expect(received.map(({ payload }) => Object.keys(payload?.data ?? {}))).toEqual([['kept'], ['kept']]);
  });
});

test('a WebSocket on another path gets the right path in one line; a trailing slash is accepted', async () => {
  const { url } = await startLiveServer(database);
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  expect([response.statusCode, body]).toEqual([404, 'there are no WebSockets here: connect to /graphql\n']);
  const slashed = new WebSocket(`${url.replace('http', 'ws')}/graphql/`, 'graphql-transport-ws');
  await once(slashed, 'open');
  slashed.terminate();
});

/** Fragments of which each spreads the next one twice. */
const DOUBLING = `{ papers(first: 1) { ...F0 } } ${Array.from({ length: 25 }, (_, n) =>
  n === 24
    ? `fragment F${n} on PaperConnection { totalCount }`
    : `fragment F${n} on PaperConnection { ...F${n + 1} ...F${n + 1} }`,
).join(' ')}`;

test('fragments that spread one another twice are executed over HTTP and WebSocket', async () => {
  const { url, post } = await startLiveServer(database);
  const data = { papers: { totalCount: expect.any(Number) as number } };
  expect(await (await post({ query: DOUBLING })).json()).toEqual({ data, extensions: EXTENSIONS });
  const { received, send } = await connected(url);
  send(subscribe('1', DOUBLING));
  await expect.poll(() => received.length).toBe(2);
  expect(received[0]).toEqual({ id: '1', type: 'next', payload: { data, extensions: EXTENSIONS } });
});
