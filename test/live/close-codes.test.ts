import { once } from 'node:events';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

/** Sends messages over one socket. Returns the code and the reason with which the server closes it. */
async function closeOf(messages: readonly object[], protocols = ['graphql-transport-ws']) {
  const { url } = await startLiveServer(database);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocols);
  onTestFinished(() => socket.terminate());
  const closed = once(socket, 'close') as Promise<[number, Buffer]>;
  socket.on('open', () => {
    for (const message of messages) socket.send(JSON.stringify(message));
  });
  const [code, reason] = await closed;
  return { code, reason: reason.toString() };
}

const INIT = { type: 'connection_init' };
const subscribe = (id: string): object => ({
  id,
  type: 'subscribe',
  payload: { query: 'subscription { paperIngested { cursor } }' },
});

test.each([
  ['something that is not a message', 4400, 'Invalid message received', [{ type: 'nonsense' }]],
  ['a message that only servers send', 4400, 'Invalid message received', [INIT, { type: 'connection_ack' }]],
  ['an operation before connection_init', 4401, 'Unauthorized', [subscribe('1')]],
  ['connection_init twice', 4429, 'Too many initialisation requests', [INIT, INIT]],
  [
    'an id that is in use',
    4409,
    'Subscriber for orders $& already exists',
    [INIT, subscribe('orders $&'), subscribe('orders $&')],
  ],
])('a client that sends %s is disconnected with %i', async (_mistake, code, reason, messages) => {
  expect(await closeOf(messages)).toEqual({ code, reason });
});

test('a client without the subprotocol is disconnected with 4406', async () => {
  expect(await closeOf([], [])).toEqual({ code: 4406, reason: 'Subprotocol not acceptable' });
});

test.each([
  ['of one byte', 'x'.repeat(128), 'x'.repeat(93)],
  ['of three bytes', '論'.repeat(128), '論'.repeat(31)],
  ['of four bytes', '📄'.repeat(64), '📄'.repeat(23)],
])('a long id of characters %s is cut where the close reason is full', async (_size, id, start) => {
  expect(await closeOf([INIT, subscribe(id), subscribe(id)])).toEqual({
    code: 4409,
    reason: `Subscriber for ${start} already exists`,
  });
});
