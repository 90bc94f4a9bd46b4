import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { ingestRecords, startLiveServer } from '../support/live.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

const SUBSCRIPTION = 'subscription { paperIngested { cursor events { paper { arxivId title abstract } } } }';

/** Opens an event stream as a client that reads gzip, without reading it. */
async function open(url: string): Promise<IncomingMessage> {
  const sending = request(`${url}/graphql?${new URLSearchParams({ query: SUBSCRIPTION }).toString()}`, {
    headers: { accept: 'text/event-stream', 'accept-encoding': 'gzip, br' },
  });
  onTestFinished(() => void sending.destroy());
  sending.end();
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  return response;
}

test('an event stream in gzip shows each event as soon as it comes, to every subscriber', async () => {
  const server = await startLiveServer(database);
  const responses = await Promise.all([open(server.url), open(server.url)]);
  const texts = responses.map((response) => {
    expect(response.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept, accept-encoding' });
    const seen = { text: '' };
    response
      .pipe(createGunzip({ flush: constants.Z_SYNC_FLUSH }))
      .setEncoding('utf8')
      .on('data', (text: string) => (seen.text += text))
      .on('error', () => {});
    return seen;
  });
  for (const id of ['2601.00001', '2601.00002']) {
    await ingestRecords(database.pool, `2026-01-0${id.at(-1)}_AI_enhanced_English.jsonl`, [id]);
    await expect.poll(() => texts.every(({ text }) => text.includes(id)), { timeout: 60_000 }).toBe(true);
  }
  for (const { text } of texts) expect(text).toMatch(/id: \S+\nevent: next\ndata: \{.*\}\n\n/);
});

test('the whole stream is a valid gzip file', async () => {
  const server = await startLiveServer(database);
  const response = await open(server.url);
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(response, 'end');
  await expect.poll(() => Buffer.concat(chunks).length, { timeout: 60_000 }).toBeGreaterThan(50);
  await server.close(0);
  await ended;
  expect(gunzipSync(Buffer.concat(chunks)).toString()).toMatch(
    /^id: \S+\nevent: next\ndata: \{.*\}\n\nretry: \d+\n\n$/,
  );
});
