import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const QUERY = 'query ($filter: PaperFilter) { papers(filter: $filter) { totalCount } }';
const SUBSCRIPTION = 'subscription ($filter: PaperFilter) { paperIngested(filter: $filter) { cursor } }';

/** Sends a body over HTTP. Returns the text of the response: JSON, or an event stream that contains JSON. */
async function post(url: string, body: string, accept: string): Promise<string> {
  const headers = { 'content-type': 'application/json', accept };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  expect(response.status).toBeLessThan(500);
  return await response.text();
}

async function sendOverSocket(url: string, payload: string): Promise<string> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.send(`{"id":"1","type":"subscribe","payload":${payload}}`);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  socket.terminate();
  return answer.toString();
}

const WAYS: [string, string, (url: string, body: string) => Promise<string>][] = [
  ['a query', QUERY, async (url, body) => await post(url, body, 'application/json')],
  ['server-sent events', SUBSCRIPTION, async (url, body) => await post(url, body, 'text/event-stream')],
  ['a WebSocket', SUBSCRIPTION, sendOverSocket],
];

describe.each(WAYS)('over %s, a filter in variables', (_way, query, send) => {
  // Built as text: JSON.stringify would recurse for each level too.
  test.each([
    ['{"not":', '}'],
    ['{"and":[', ']}'],
    ['{"or":[{},', ']}'],
  ])('nested too deep by %s is BAD_USER_INPUT, however deep', async (open, close) => {
    const { url } = await startLiveServer(database);
    for (const levels of [5, 49, 99, 500, 2_000, 6_000]) {
      const filter = `${open.repeat(levels)}{}${close.repeat(levels)}`;
      const body = `{"query":${JSON.stringify(query)},"variables":{"filter":${filter}}}`;
      expect(await send(url, body)).toContain('"code":"BAD_USER_INPUT"');
    }
  });

  test('used hundreds of times is BAD_USER_INPUT: a short request must not expand to gigabytes', async () => {
    const { url } = await startLiveServer(database);
    const filter = `{"and":[${Array.from({ length: 20_000 }, () => '{}').join(',')}]}`;
    const uses = Array.from({ length: 800 }, () => '$filter').join(',');
    const text = query
      .replace('PaperFilter)', 'PaperFilter!)')
      .replace('filter: $filter', `filter: {and: [${uses}]}`);
    const body = `{"query":${JSON.stringify(text)},"variables":{"filter":${filter}}}`;
    expect(await send(url, body)).toContain('written out wherever it is used');
  });
});
