import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corsOrigins } from '../../src/http/cors.ts';
import { trustedProxies } from '../../src/http/trusted-proxies.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';
import type { TestServerOptions } from '../support/server.ts';
import { startServing } from '../support/serving.ts';

const READ = 'a-read-token-of-a-server';
const ORIGIN = 'https://reader.example';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => await database.close());

/** Runs all audits of GraphQL over HTTP. Returns how many there are, and those that do not pass. */
async function audit(
  url: string,
  headers: Record<string, string>,
): Promise<[count: number, failed: string[]]> {
  const fetchFn: typeof fetch = async (input, init) => {
    const all = new Headers(init?.headers);
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    return await fetch(input, { ...init, headers: all });
  };
  const audits = serverAudits({ url: `${url}/graphql`, fetchFn });
  const failed: string[] = [];
  for (const each of audits) {
    const result = await each.fn();
    if (result.status !== 'ok')
      failed.push(`${result.id} ${result.status}: ${result.name}: ${result.reason}`);
  }
  return [audits.length, failed];
}

describe('all 61 audits of GraphQL over HTTP pass', () => {
  test.each<[server: string, options: TestServerOptions, headers: Record<string, string>]>([
    ['with the default limits', {}, {}],
    ['for a reader, if only readers may ask', { readTokens: [READ] }, { authorization: `Bearer ${READ}` }],
    [
      'for a page of another origin, if that may ask',
      { corsOrigins: corsOrigins(ORIGIN) },
      { origin: ORIGIN },
    ],
    ['for pages of all origins, if they may ask', { corsOrigins: '*' }, { origin: ORIGIN }],
    [
      'with the address that a trusted proxy says',
      { trustProxy: trustedProxies('1') },
      { 'x-forwarded-for': '203.0.113.7' },
    ],
  ])('%s', async (_server, options, headers) => {
    const { url } = await startLiveServer(database, options);
    expect(await audit(url, headers)).toEqual([61, []]);
  });

  test('of `papergraph serve` as it starts without any flag', async () => {
    const { url } = await startServing(database.url);
    expect(await audit(url, {})).toEqual([61, []]);
  });
});
