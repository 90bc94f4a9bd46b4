import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ATTACKED_PAPERS, expectInnocentAnswered } from '../support/innocent.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';
import { LONG } from '../support/long.ts';
import { closeCodesOf, exchange, frame, handshake } from '../support/raw.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await ingestRecords(database.pool, '2026-01-14.jsonl', ATTACKED_PAPERS);
});
afterAll(async () => await database.close());

const payload = fc.oneof(
  fc.constantFrom(
    { query: '{ papers { totalCount } }' },
    { query: 'subscription { paperIngested { cursor } }' },
    { query: 'subscription { paperIngested(after: "x") { cursor } }' },
    { query: '{' },
    { query: 1 },
    {},
  ),
  fc.jsonValue(),
);
const message = fc.record(
  {
    id: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('1', '2') }, fc.jsonValue()),
    type: fc.oneof(
      {
        weight: 9,
        arbitrary: fc.constantFrom('subscribe', 'subscribe', 'complete', 'ping', 'pong', 'connection_init'),
      },
      fc.string(),
    ),
    payload,
  },
  { requiredKeys: ['type'] },
);
const content = fc.oneof(
  { weight: 6, arbitrary: message.map((value) => Buffer.from(JSON.stringify(value))) },
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
const often = <Value>(usual: Value, ...others: Value[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
const anyFrame = fc
  .record({
    content,
    opcode: often(1, 0, 2, 3, 8, 9, 10, 15),
    final: often(true, false),
    masked: often(true, false),
    reserved: often(0, 1, 4, 7),
    length: often<number | undefined>(undefined, 0, 125, 65_535, 128_001, 2 ** 40),
  })
  .map(({ content: bytes, length, ...how }) =>
    frame(bytes, { ...how, ...(length !== undefined && { length }) }),
  );
const INIT = frame('{"type":"connection_init"}');
/** Ends the connection if nothing before did. */
const END = frame(Buffer.from([0x03, 0xe8]), { opcode: 8 });

test('no frames and messages, in whatever order, harm the server or leave anything behind', async () => {
  const server = await startLiveServer(database, { limits: { costPerSecond: 0, maxHandshakesPerSecond: 0 } });
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(anyFrame, { maxLength: 20 }), async (isInitialized, frames) => {
      const bytes = [Buffer.from(handshake(server.url)), ...(isInitialized ? [INIT] : []), ...frames, END];
      // A frame that claims more bytes than come would make both wait: more of them follow.
      const filler = Buffer.alloc(140_000);
      const answer = await exchange(
        server.url,
        Buffer.concat([...bytes, filler]),
        (received) => closeCodesOf(received).length > 0,
      );
      expect(closeCodesOf(answer.received)).not.toContain(4500);
    }),
    { numRuns: LONG ? 5_000 : 200 },
  );
  expect(server.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  await expectInnocentAnswered(server);
  await expect.poll(() => server.feed.size()).toBe(0);
});
