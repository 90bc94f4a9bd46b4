import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { trustedProxies } from '../../src/http/trusted-proxies.ts';
import type { OperationPlugin } from '../../src/pipeline/operation-context.ts';
import { openTestDatabase } from '../support/database.ts';
import { startLiveServer } from '../support/live.ts';
import { startTestServer } from '../support/server.ts';

type Headers = Record<string, string>;

/** The client that a server sees in a request with these headers, which comes from 127.0.0.1. */
async function clientOf(trust: string | undefined, headers: Headers): Promise<string | undefined> {
  let seen: string | undefined;
  const see: OperationPlugin = { onParams: ({ context }) => void (seen = context.client) };
  const trustProxy = trust === undefined ? undefined : trustedProxies(trust);
  expect(trustProxy === undefined).toBe(trust === undefined);
  const { post } = await startTestServer({ plugins: [see], trustProxy });
  expect((await post({ query: '{ hello }' }, headers)).status).toBe(200);
  return seen;
}

const xff = (value: string): Headers => ({ 'x-forwarded-for': value });
const forwarded = (value: string): Headers => ({ forwarded: value });

describe('the client of a request is', () => {
  test.each<[who: string, trust: string | undefined, headers: Headers, client: string]>([
    ['the peer, without a trusted proxy', undefined, xff('192.0.2.1'), '127.0.0.1'],
    ['the peer, if that is not trusted', '10.0.0.0/8', xff('192.0.2.1'), '127.0.0.1'],
    ['the peer, if no header names another', '1', {}, '127.0.0.1'],
    ['the last address, through one proxy', '1', xff('198.51.100.9, 192.0.2.1'), '192.0.2.1'],
    ['the second last, through two', '2', xff('203.0.113.7, 198.51.100.9, 192.0.2.1'), '198.51.100.9'],
    ['the first, if there are fewer than trusted', '5', xff('198.51.100.9, 192.0.2.1'), '198.51.100.9'],
    [
      'the last untrusted one',
      'loopback,192.0.2.0/24',
      xff('203.0.113.7, 198.51.100.9, 192.0.2.1'),
      '198.51.100.9',
    ],
    ['found through named networks', 'loopback, uniquelocal', xff('203.0.113.7,172.20.0.3'), '203.0.113.7'],
    ['without its port', '1', xff('192.0.2.1:4711'), '192.0.2.1'],
    ['the network of an IPv6 address', '1', xff('2001:db8:1:2:3::4'), '2001:db8:1:2'],
    [
      'the same in brackets, with a port, in capitals',
      '1',
      xff('[2001:DB8:1:2:0003::4]:4711'),
      '2001:db8:1:2',
    ],
    ['an IPv4 address that is written as IPv6', '1', xff('::ffff:192.0.2.1'), '192.0.2.1'],
    ['named by Forwarded', '1', forwarded('for=198.51.100.9, for=192.0.2.1;proto=https'), '192.0.2.1'],
    [
      'named by Forwarded in IPv6',
      '1',
      forwarded('proto=https;For="[2001:db8:1:2::3]:4711"'),
      '2001:db8:1:2',
    ],
    ['the proxy that hides it', '2', forwarded('for=198.51.100.9, for=_hidden'), '127.0.0.1'],
    ['the proxy that does not know it', '2', xff('198.51.100.9, unknown'), '127.0.0.1'],
    ['the proxy that names something else', '2', xff("198.51.100.9, 192.0.2.1' or 1=1"), '127.0.0.1'],
    ['the proxy that names nothing', '2', xff('198.51.100.9, '), '127.0.0.1'],
    [
      'the proxy whose quotes are not closed',
      '2',
      forwarded('for=198.51.100.9, for="192.0.2.1'),
      '127.0.0.1',
    ],
    [
      'the peer, if both headers differ',
      '1',
      { ...xff('192.0.2.1'), ...forwarded('for=192.0.2.2') },
      '127.0.0.1',
    ],
    ['named by both headers', '1', { ...xff('192.0.2.1'), ...forwarded('for="192.0.2.1:80"') }, '192.0.2.1'],
    ['at most 20 hops away', '127.0.0.1,10.0.0.0/8', xff(`192.0.2.1${', 10.0.0.7'.repeat(20)}`), '10.0.0.7'],
  ])('%s', async (_who, trust, headers, client) => {
    expect(await clientOf(trust, headers)).toBe(client);
  });
});

test('no header of any form makes a client out of anything but an address', async () => {
  const forms = [
    '""',
    '"',
    ';',
    ',',
    ',,,',
    '[',
    '[]',
    '[::1',
    ']:',
    '::',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '%',
    '1',
  ];
  const written = forms.flatMap((form) => [xff(form), forwarded(`for=${form}`), forwarded(form)]);
  const clients = await Promise.all(written.map(async (headers) => await clientOf('1', headers)));
  expect(new Set(clients)).toEqual(new Set(['127.0.0.1', '0:0:0:0']));
});

test('a proxy that no setting names is logged once, with the setting', async () => {
  const { post, logged } = await startTestServer();
  for (let time = 0; time < 3; time += 1) await post({ query: '{ hello }' }, xff('192.0.2.1'));
  const warnings = logged.filter(({ msg }) => String(msg).includes('PAPERGRAPH_TRUST_PROXY'));
  expect(warnings).toMatchObject([{ level: 40, proxy: '127.0.0.1' }]);
});

test('WebSockets and event streams behind one proxy are counted by client', async () => {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  const trustProxy = trustedProxies('loopback');
  const { url } = await startLiveServer(database, { trustProxy, limits: { maxSocketsPerAddress: 1 } });
  const open = (address: string): WebSocket => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: xff(address),
    });
    onTestFinished(() => socket.terminate());
    return socket;
  };
  const stream = async (address: string): Promise<number> => {
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const query = 'subscription { paperIngested { cursor } }';
    const response = await fetch(`${url}/graphql?${new URLSearchParams({ query }).toString()}`, {
      headers: { accept: 'text/event-stream', ...xff(address) },
      signal: stop.signal,
    });
    return response.status;
  };
  await once(open('192.0.2.1'), 'open');
  await once(open('192.0.2.2'), 'open');
  const [refused] = (await once(open('192.0.2.1'), 'error')) as [Error];
  expect(refused.message).toContain('503');
  expect([await stream('192.0.2.1'), await stream('192.0.2.3'), await stream('192.0.2.3')]).toEqual([
    503, 200, 503,
  ]);
});
