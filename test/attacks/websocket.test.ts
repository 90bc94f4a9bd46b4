import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ATTACKED_PAPERS, expectInnocentAnswered } from '../support/innocent.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';
import { closeCodesOf, exchange, frame, handshake, statusesOf, type FrameOptions } from '../support/raw.ts';
import type { ServerMessage } from '../support/socket.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await ingestRecords(database.pool, '2026-01-14.jsonl', ATTACKED_PAPERS);
});
afterAll(async () => await database.close());

const INIT = '{"type":"connection_init"}';
const SUBSCRIPTION = 'subscription { paperIngested { cursor } }';
const subscribe = (id: unknown, query: unknown = SUBSCRIPTION): string =>
  JSON.stringify({ id, type: 'subscribe', payload: { query } });
const repeat = (count: number, message: (n: number) => string): string[] =>
  Array.from({ length: count }, (_, n) => message(n));

/** Frames that break the protocol of WebSockets, with the close code that each must get. */
const FRAMES: Record<string, readonly [frames: readonly [string | Buffer, FrameOptions?][], code: number]> = {
  'a frame without a mask': [[[INIT, { masked: false }]], 1002],
  'a frame with the bits of an extension': [[[INIT, { reserved: 4 }]], 1002],
  'a compressed frame, which nobody agreed on': [[[Buffer.alloc(100), { reserved: 4, opcode: 2 }]], 1002],
  'an unknown opcode': [[[INIT, { opcode: 3 }]], 1002],
  'a continuation of nothing': [[[INIT, { opcode: 0 }]], 1002],
  'a message within a message': [
    [
      ['{"type":', { final: false }],
      [INIT, {}],
    ],
    1002,
  ],
  'a ping in parts': [[['x', { opcode: 9, final: false }]], 1002],
  'a ping of 126 bytes': [[['x'.repeat(126), { opcode: 9 }]], 1002],
  'a close frame of one byte': [[['x', { opcode: 8 }]], 1002],
  'a close frame with a code that does not exist': [[[Buffer.from([0x03, 0xed]), { opcode: 8 }]], 1002],
  'text that is not UTF-8': [[[Buffer.from([0xff, 0xfe, 0xfd])]], 1007],
  'a frame that claims 128,001 bytes': [[['x', { length: 128_001 }]], 1009],
  'a frame that claims more bytes than a number holds': [[['x', { length: Number.MAX_SAFE_INTEGER }]], 1009],
  'a message of 20 frames of 10,000 bytes': [
    repeat(20, () => 'x'.repeat(10_000)).map((text, n) => [text, { opcode: n === 0 ? 1 : 0, final: false }]),
    1009,
  ],
  'a message of 1,000 frames of one byte': [
    repeat(1_000, () => 'x').map((text, n) => [text, { opcode: n === 0 ? 1 : 0, final: false }]),
    1008,
  ],
};

/** Messages that break graphql-transport-ws, or the limits of this server. */
const MESSAGES: Record<string, readonly [messages: readonly string[], code: number]> = {
  'text that is no JSON': [['hello'], 4400],
  nothing: [[''], 4400],
  'a message of another type': [['{"type":"start"}'], 4400],
  'a list of messages': [[`[${INIT}]`], 4400],
  'a message of a server': [[INIT, '{"type":"connection_ack"}'], 4400],
  'an operation without an id': [[INIT, subscribe(undefined)], 4400],
  'an operation with an empty id': [[INIT, subscribe('')], 4400],
  'an operation with a number as its id': [[INIT, subscribe(1)], 4400],
  'an operation without a document': [[INIT, '{"id":"1","type":"subscribe","payload":{}}'], 4400],
  '50,000 open brackets': [['['.repeat(50_000)], 4400],
  '40,000 levels of lists': [[`${'['.repeat(40_000)}${']'.repeat(40_000)}`], 4400],
  'an operation before `connection_init`': [[subscribe('1')], 4401],
  '`connection_init` twice': [[INIT, INIT], 4429],
  'an id twice': [[INIT, subscribe('1'), subscribe('1')], 4409],
  'a `ping` of 2,000 characters': [[INIT, `{"type":"ping","payload":{"x":"${'x'.repeat(2_000)}"}}`], 4400],
  '10,000 operations': [[INIT, ...repeat(10_000, (n) => subscribe(String(n)))], 4290],
  '10,000 operations that it completes at once': [
    [
      INIT,
      ...repeat(10_000, (n) => subscribe(String(n))).flatMap((text, n) => [
        text,
        `{"id":"${n}","type":"complete"}`,
      ]),
    ],
    4290,
  ],
  '10,000 `complete` of nothing': [[INIT, ...repeat(10_000, (n) => `{"id":"${n}","type":"complete"}`)], 4290],
  '10,000 `ping`': [[INIT, ...repeat(10_000, () => '{"type":"ping"}')], 4290],
  '10,000 `ping` before `connection_init`': [repeat(10_000, () => '{"type":"ping"}'), 4290],
};

/** The code with which the server closes a socket that sends these frames; undefined if it just cuts it off. */
async function closedWith(url: string, frames: readonly Buffer[]): Promise<number | undefined> {
  const bytes = Buffer.concat([Buffer.from(handshake(url)), ...frames]);
  const answer = await exchange(url, bytes, (received) => closeCodesOf(received).length > 0);
  expect(statusesOf(answer)).toEqual([101]);
  return closeCodesOf(answer.received)[0];
}

describe('a WebSocket is closed for', () => {
  test.each(Object.entries(FRAMES))('%s', async (_name, [frames, code]) => {
    const server = await startLiveServer(database);
    expect(
      await closedWith(
        server.url,
        frames.map(([content, how]) => frame(content, how)),
      ),
    ).toBe(code);
    await expectInnocentAnswered(server);
  });

  test.each(Object.entries(MESSAGES))('%s', async (_name, [messages, code]) => {
    const server = await startLiveServer(database);
    expect(
      await closedWith(
        server.url,
        messages.map((message) => frame(message)),
      ),
    ).toBe(code);
    await expectInnocentAnswered(server);
    await expect.poll(() => server.feed.size()).toBe(0);
  });

  test('10,000 frames `ping`', async () => {
    const server = await startLiveServer(database);
    const pings = repeat(10_000, () => '').map(() => frame('', { opcode: 9 }));
    // ws itself cuts off a client whose answers to pings pile up.
    expect([4290, undefined]).toContain(await closedWith(server.url, pings));
    await expectInnocentAnswered(server);
  });

  test('never sending `connection_init`', async () => {
    const server = await startLiveServer(database, { limits: { connectionInitMs: 100 } });
    expect(await closedWith(server.url, [])).toBe(4408);
  });
});

/** Handshakes with the status that each must get. */
const HANDSHAKES: Record<string, readonly [change: (request: string) => string, status: number]> = {
  'of a page of another site': [
    (text) => text.replace('\r\n\r\n', '\r\nOrigin: https://evil.example\r\n\r\n'),
    403,
  ],
  'of a page without an origin': [(text) => text.replace('\r\n\r\n', '\r\nOrigin: null\r\n\r\n'), 403],
  'of a page of a host that ends like this one': [
    (text) => text.replace(/Host: (.*)\r\n\r?/, 'Host: $1\r\nOrigin: http://evil.example.$1\r\n'),
    403,
  ],
  'without a key': [(text) => text.replace(/Sec-WebSocket-Key.*\r\n/, ''), 400],
  'with a broken key': [(text) => text.replace(/(Sec-WebSocket-Key: ).*\r\n/, '$1x\r\n'), 400],
  'in an old version': [(text) => text.replace('Version: 13', 'Version: 7'), 400],
  'by POST': [(text) => text.replace('GET', 'POST'), 405],
  'on another path': [(text) => text.replace('/graphql', '/metrics'), 404],
};

describe('a handshake is refused', () => {
  test.each(Object.entries(HANDSHAKES))('%s', async (_name, [change, status]) => {
    const server = await startLiveServer(database);
    const answer = await exchange(server.url, change(handshake(server.url)));
    expect([statusesOf(answer), answer.closed]).toEqual([[status], true]);
    await expectInnocentAnswered(server);
  });
});

test('of 10,000 operations on a socket, at most 50 run; what they leave is nothing', async () => {
  const server = await startLiveServer(database, { limits: { maxMessagesPerSecond: 0 } });
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  let refused = 0;
  let others = 0;
  socket.on('message', (text: Buffer) => {
    const { type, payload } = JSON.parse(String(text)) as ServerMessage;
    const [error] = (type === 'error' ? payload : []) as { extensions: { code: string } }[];
    if (error?.extensions.code === 'RATE_LIMITED') refused += 1;
    else if (type === 'error') others += 1;
  });
  socket.send(INIT);
  for (const message of repeat(10_000, (n) => subscribe(String(n)))) socket.send(message);
  await expect.poll(() => refused).toBe(9_950);
  expect([others, server.feed.size()]).toEqual([0, 50]);
  await expectInnocentAnswered(server);
  socket.terminate();
  await expect.poll(() => server.feed.size()).toBe(0);
});
