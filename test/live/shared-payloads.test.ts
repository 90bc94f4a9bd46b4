import { once } from 'node:events';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { payloadKey } from '../../src/live/payload-key.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

/** Repeated, so that the largest payloads need the longest form of a frame's length. */
const TEXTS = Array.from({ length: 30 }, (_, n) => `title${n}: title abstract${n}: abstract`).join(' ');
const FIELDS = `{ cursor events { paper { arxivId ${TEXTS} } } }`;

interface Next {
  readonly id: string;
  readonly type: string;
  readonly payload: { readonly data: { readonly papers: { readonly events: readonly unknown[] } } };
}

test.each([1, 3, 100])(
  'subscriptions with any ids on one socket receive the same %i papers',
  async (papers) => {
    const { url } = await startLiveServer(database);
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    const ids = ['1', '2', '論 "quoted"', '3'];
    const received = new Map<string, Next['payload']>();
    const all = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const { id, type, payload } = JSON.parse(data.toString()) as Next;
        if (type !== 'next') return;
        received.set(id, payload);
        if (received.size === ids.length) resolve();
      });
    });
    const records = Array.from(
      { length: papers },
      (_, n) => `2601.${String(papers * 100 + n).padStart(5, '0')}`,
    );
    const day = 10 + (papers % 7);
    await ingestRecords(database.pool, `2026-01-${day}_AI_enhanced_Chinese.jsonl`, records);
    socket.send('{"type":"connection_init"}');
    const query = `subscription { papers: paperIngested(start: OLDEST, first: 100) ${FIELDS} }`;
    for (const id of ids) socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
    await all;
    const [one, ...others] = ids.map((id) => received.get(id));
    expect(one?.data.papers.events.length).toBeGreaterThanOrEqual(papers);
    for (const other of others) expect(other).toEqual(one);
  },
);

test('subscribers share a payload if they differ in the arguments of the root field only', () => {
  const whole = parse(`subscription ($f: PaperFilter) { paperIngested(filter: $f) ${FIELDS} }`);
  const part = parse(`subscription ($s: String) { paperIngested(filter: { search: $s }) ${FIELDS} }`);
  const keyOf = (document: typeof whole, variableValues: Record<string, unknown>): string =>
    payloadKey({ document, operationName: null, variableValues });
  expect(keyOf(whole, { f: { search: 'one' } })).toBe(keyOf(whole, { f: { search: 'two' } }));
  expect(keyOf(part, { s: 'one' })).toBe(keyOf(part, { s: 'two' }));
  expect(keyOf(whole, {})).not.toBe(keyOf(part, {}));
});

test.each([
  'subscription ($v: Boolean!) { paperIngested @include(if: $v) { cursor } }',
  'subscription ($v: Boolean!) { paperIngested { cursor @include(if: $v) } }',
  'subscription ($v: Int) { paperIngested { events { paper { authors(first: $v) { totalCount } } } } }',
  'subscription ($v: Int) { ...f } fragment f on Subscription { paperIngested(first: $v) { cursor } }',
])('subscribers do not share a payload if they differ in another variable: %s', (text) => {
  const document = parse(text);
  const keyOf = (v: unknown): string => payloadKey({ document, operationName: null, variableValues: { v } });
  expect(keyOf(1)).not.toBe(keyOf(2));
});
