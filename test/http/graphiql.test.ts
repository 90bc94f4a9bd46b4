import { get, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startTestServer } from '../support/server.ts';

interface Raw {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** As it comes over the wire: nothing decompressed. */
async function fetchRaw(url: string, headers: Record<string, string> = {}): Promise<Raw> {
  return await new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      buffer(response).then(
        (body) => resolve({ status: response.statusCode, headers: response.headers, body }),
        reject,
      );
    }).on('error', reject);
  });
}

const BROWSER = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'accept-encoding': 'gzip, deflate, br',
};
const references = (html: string) =>
  [...html.matchAll(/(?:src|href)="([^"]+)"/g)].flatMap(([, url]) => url ?? []);

test('a browser gets the page, and all its files come from this server', async () => {
  const { url } = await startTestServer();
  const page = await fetchRaw(`${url}/graphql`, { ...BROWSER, 'accept-encoding': 'identity' });
  const found = references(page.body.toString());

  expect(page.headers['content-type']).toMatch('text/html');
  expect(found.length).toBeGreaterThanOrEqual(4);
  for (const path of found) {
    expect(path).toMatch(/^\.\/graphiql\//);
    expect((await fetchRaw(new URL(path, `${url}/graphql`).href)).status).toBe(200);
  }
});

test('the page may load nothing from other servers and run no inline script', async () => {
  const { url } = await startTestServer();
  const { headers, body } = await fetchRaw(`${url}/graphql`, { accept: 'text/html' });
  const policy = String(headers['content-security-policy']);
  expect(policy).toMatch("default-src 'none'");
  expect(policy).toMatch("script-src 'self';");
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  expect(body.toString()).not.toMatch(/<script(?! defer src)/);
});

test.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
])(
  'its script comes compressed with %s, at half its size or less, and is the same',
  async (encoding, decompress) => {
    const { url } = await startTestServer();
    const html = (await fetchRaw(`${url}/graphql`, { accept: 'text/html' })).body.toString();
    const path = references(html).find((each) => each.endsWith('/graphiql.js')) ?? '';
    const script = new URL(path, `${url}/graphql`).href;
    const plain = await fetchRaw(script);
    const packed = await fetchRaw(script, { 'accept-encoding': encoding });

    expect(packed.headers['content-encoding']).toBe(encoding);
    expect(packed.headers['vary']).toMatch('accept-encoding');
    expect(packed.body.length).toBeLessThan(plain.body.length / 2);
    expect(decompress(packed.body).equals(plain.body)).toBe(true);
    expect(packed.headers['cache-control']).toMatch('immutable');
  },
);

test('an encoding that the browser refuses is not used', async () => {
  const { url } = await startTestServer();
  const answer = await fetchRaw(`${url}/graphql`, {
    accept: 'text/html',
    'accept-encoding': 'br;q=0, gzip;q=0.0',
  });
  expect(answer.headers['content-encoding']).toBeUndefined();
  expect(answer.body.toString()).toMatch('<!doctype html>');
});

test('a page that the browser has cached is not sent again', async () => {
  const { url } = await startTestServer();
  const first = await fetchRaw(`${url}/graphql`, BROWSER);
  const again = await fetchRaw(`${url}/graphql`, { ...BROWSER, 'if-none-match': String(first.headers.etag) });
  const other = await fetchRaw(`${url}/graphql`, { ...BROWSER, 'if-none-match': '"something-else"' });
  expect([first.status, again.status, again.body.length, other.status]).toEqual([200, 304, 0, 200]);
});

test('a client other than a browser does not get the page', async () => {
  const { url } = await startTestServer();
  const { status, headers } = await fetchRaw(`${url}/graphql`, { accept: 'application/json' });
  expect([status, headers['content-type']]).toEqual([400, 'application/json; charset=utf-8']);
});
