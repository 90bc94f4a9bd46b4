import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { fetchUrl, type FetchOptions, type PrivateAddresses } from '../../src/sources/fetch-url.ts';
import { isPublic } from '../../src/sources/public-address.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(url: string, options: Partial<FetchOptions> = {}): Promise<string> {
  const { body } = await fetchUrl(new URL(url), { allowPrivate: 'always', maxBytes: 1_000, ...options });
  return (await buffer(body)).toString();
}

const redirecting: RequestListener = ({ url, headers }, response) => {
  if (url === '/end') response.end(`asked with ${headers['if-none-match'] ?? 'nothing'}`);
  else response.writeHead(302, { location: url === '/loop' ? '/loop' : '/end' }).end();
};

test('a redirect is followed without the headers of the first request', async () => {
  const url = await serve(redirecting);
  const headers = { 'if-none-match': 'mine' };
  expect(await read(`${url}/end`, { headers })).toBe('asked with mine');
  expect(await read(`${url}/start`, { headers })).toBe('asked with nothing');
});

test('endless redirects are rejected', async () => {
  const url = await serve(redirecting);
  await expect(read(`${url}/loop`)).rejects.toThrow('expected at most 5 redirects');
});

test('a redirect to a scheme other than http(s) is rejected', async () => {
  const url = await serve((_request, response) => response.writeHead(302, { location: 'file:///etc' }).end());
  await expect(read(url)).rejects.toThrow('expected a redirect to http or https');
});

test.each<[PrivateAddresses, boolean, boolean]>([
  ['never', false, false],
  ['first', true, false],
  ['always', true, true],
])('private addresses may be reached: %s', async (allowPrivate, directly, byRedirect) => {
  const url = await serve(redirecting);
  const attempt = async (path: string): Promise<boolean> =>
    await read(url + path, { allowPrivate }).then(
      () => true,
      (error: Error) => {
        expect(error.message).toContain('expected a public address');
        return false;
      },
    );
  expect(await attempt('/end')).toBe(directly);
  expect(await attempt('/start')).toBe(byRedirect);
});

test('a host name with a private address is rejected', async () => {
  const { port } = new URL(await serve((_request, response) => response.end()));
  await expect(read(`http://localhost:${port}`, { allowPrivate: 'never' })).rejects.toThrow('public address');
});

test('a body above the limit is rejected, without secrets of the URL in the message', async () => {
  const url = await serve((_request, response) => response.end('x'.repeat(2_000)));
  const secret = `${url.replace('//', '//name:password@')}/a?token=hidden`;
  await expect(read(secret)).rejects.toThrow(`${url}/a: expected at most 1000 bytes, got more`);
});

test('a host that sends nothing, or too slowly, is rejected', async () => {
  const url = await serve(({ url: asked }, response) => {
    if (asked === '/silent') return;
    const dripping = setInterval(() => response.write('x'), asked === '/drip' ? 20 : 60_000);
    response.write('x');
    response.on('close', () => clearInterval(dripping));
  });
  const failureOf = async (path: string, limits: Partial<FetchOptions>): Promise<string> =>
    await read(url + path, limits).catch((error: Error) => error.message);
  // Long enough for the first byte on a busy machine, if there is one.
  const failures = await Promise.all([
    failureOf('/silent', { idleMs: 100 }),
    failureOf('/stalls', { idleMs: 1_500 }),
    failureOf('/drip', { totalMs: 1_500 }),
    failureOf('/silent', { totalMs: 100 }),
  ]);
  expect(failures).toEqual([
    `${url}/silent: cannot be reached (nothing came for 0.1 seconds)`,
    `${url}/stalls: broke off after 1 bytes (nothing came for 1.5 seconds)`,
    expect.stringMatching(/broke off after .*it took too long/),
    expect.stringContaining('cannot be reached (it took too long)'),
  ]);
});

test.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['10.1.2.3', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['172.31.0.1', false],
  ['192.168.1.1', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['::ffff:10.0.0.1', false],
  ['64:ff9b::a00:1', false],
  ['2002:a00:1::', false],
  ['2001:db8::1', false],
  ['2001::1', false],
  ['3fff::1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::808:808', false],
  ['64:ff9b:1::1', false],
  ['fec0::1', false],
  ['ff02::1', false],
  ['4000::1', false],
  ['not an address', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});
